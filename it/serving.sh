#!/usr/bin/env bash
# The example that answers over HTTP under load: SECONDS (60 unless said otherwise) of good requests from wrk with malformed
# ones and slow clients beside them. Every good request is answered, memory stays as it is, and whoever was accepted is
# answered when the server is told to stop. Needs wrk, and the examples' jar that 'mvn -DskipTests package' makes.
#
#   it/serving.sh [SECONDS]
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
seconds="${1:-60}"
jar="$root/examples/target/baton-examples.jar"
most_growth_kib=30720

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

for tool in wrk curl; do
    command -v "$tool" > /dev/null || fail "$tool is missing: install it (Debian, Ubuntu: apt install $tool)"
done
[ -e "$jar" ] || fail "there is no $jar: run mvn -q -DskipTests package"
work="$(mktemp -d)"
server=""
slow=""
malformed=""
trap 'for process in $server $slow $malformed; do kill "$process" 2> /dev/null || true; done; rm -rf "$work"' EXIT

java -jar "$jar" digits --epochs 3 --model "$work/digits.safetensors" > "$work/learnt"
java -Xms128m -Xmx128m -XX:+AlwaysPreTouch -jar "$jar" serve --model "$work/digits.safetensors" --port 0 --patience 3 > "$work/out" 2> "$work/err" &
server=$!
for _ in $(seq 100); do
    url="$(sed -n 's|^answering on \(http://[^/]*\)/answer$|\1|p' "$work/out")"
    [ -z "$url" ] || break
    kill -0 "$server" 2> /dev/null || fail "the server did not start: $(cat "$work/err")"
    sleep 0.1
done
[ -n "$url" ] || fail "the server did not say where it answers: $(cat "$work/out")"
port="${url##*:}"

# memory: what the process holds that is no file's, in KiB.
memory() {
    awk '/^RssAnon:/ { print $2 }' "/proc/$server/status"
}

# slow_clients: promise a body and do not send it, over and over.
slow_clients() {
    while sleep 0.5; do
        (exec 3<> "/dev/tcp/localhost/$port" && printf 'POST /answer HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{' >&3 &&
            sleep 10) 2> /dev/null &
    done
}

load() {
    wrk --threads 1 --connections "$1" --duration "$2s" --timeout 5s --latency --script "$root/it/serving/$3.lua" "$url/answer"
}

# The virtual machine has compiled what is hot before memory is compared; the heap has its size from the start.
load 8 10 good > /dev/null
load 2 3 malformed > /dev/null
before="$(memory)"
slow_clients &
slow=$!
load 2 "$seconds" malformed > "$work/malformed" &
malformed=$!
load 8 "$seconds" good > "$work/good"
wait "$malformed"
malformed=""
kill "$slow" 2> /dev/null || true
slow=""
after="$(memory)"

number() {
    awk -v name="$1" '$1 == name { print $2 }' "$2"
}
good="$(number requests "$work/good")"
bad="$(number requests "$work/malformed")"
echo "good requests: $good in $(number seconds "$work/good") s, median $(number median_ms "$work/good") ms, p99 $(number p99_ms "$work/good") ms"
echo "malformed requests: $bad, of which $(number refused "$work/malformed") were refused"
echo "memory that is no file's: $before KiB before, $after KiB after"
[ "$good" -gt 0 ] || fail "no request was answered"
[ "$(number refused "$work/good")" = 0 ] || fail "$(number refused "$work/good") good requests were refused"
[ "$(number broken "$work/good")" = 0 ] || fail "$(number broken "$work/good") good requests met a broken connection"
[ "$bad" -gt 0 ] || fail "no malformed request was sent"
[ "$bad" = "$(number refused "$work/malformed")" ] || fail "malformed requests were answered as if they were good"
[ $((after - before)) -le "$most_growth_kib" ] || fail "memory grew by $((after - before)) KiB"

# What the server counted is what the clients saw, and it ends when it is told to, its clients answered.
curl -sf "$url/health" | grep -q '"up"' || fail "the server is not up"
curl -sf "$url/metrics" | grep -q '^baton_requests_total{status="400"}' || fail "the server did not count what it refused"
# A request that is on its way when the server is told to stop: its second half comes a second later.
(
    exec 3<> "/dev/tcp/localhost/$port"
    body='{"examples": [[0, 1, 2]]}'
    printf 'POST /answer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s' "${#body}" "${body:0:9}" >&3
    sleep 1
    printf '%s' "${body:9}" >&3
    head -n 1 <&3
) > "$work/last" &
last=$!
sleep 0.5
kill -TERM "$server"
for _ in $(seq 100); do
    kill -0 "$server" 2> /dev/null || break
    sleep 0.1
done
kill -0 "$server" 2> /dev/null && fail "the server did not stop"
server=""
wait "$last"
grep -q '^HTTP/1.1 400' "$work/last" || fail "who was accepted before the stop was not answered: $(cat "$work/last")"
grep -q '^stopped$' "$work/out" || fail "the server did not end by itself: $(tail -n 3 "$work/err")"
complaints="$(grep -v '^Picked up ' "$work/err" || true)"
[ -z "$complaints" ] || fail "the server complained: $(head -n 5 <<< "$complaints")"
echo "passed"
