# Sourced by the scripts that compile: commands side by side, two at a time.

running=0

# start COMMAND...: begins a command as soon as fewer than two are running.
start() {
    if [ "$running" -ge 2 ]; then
        wait -n
        running=$((running - 1))
    fi
    "$@" &
    running=$((running + 1))
}

# finish: waits for all of them; fails where one did.
finish() {
    while [ "$running" -gt 0 ]; do
        wait -n
        running=$((running - 1))
    done
}
