#!/usr/bin/env bash
# compare.sh [-n ROUNDS] [WORKLOAD [PEER...]]   measures Baton and the peers in turn and prints the ratios.
# Without names: mlp-train against every peer whose threads are set up well, three rounds. README.md says more.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"

fail() { echo "compare.sh: $*" >&2; exit 2; }

rounds=3
while getopts :n: option; do
    case $option in
        n) rounds=$OPTARG ;;
        *) fail "there is no option -$OPTARG; usage: compare.sh [-n ROUNDS] [WORKLOAD [PEER...]]" ;;
    esac
done
shift $((OPTIND - 1))
[[ $rounds =~ ^[1-9][0-9]*$ ]] || fail "-n takes a number of rounds from 1, not '$rounds'"
workload=${1:-mlp-train}
[ $# -gt 0 ] && shift

known=$(peers/run.sh --peers)
peers=("$@")
[ $# -gt 0 ] || peers=(pytorch-mkl pytorch djl dl4j-onednn dl4j)
for peer in "${peers[@]}"; do
    grep -qwxF -- "$peer" <<< "$known" || fail "there is no peer '$peer'; there are:" $known
done

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" > /dev/null || fail "there is no '$java': install a JDK 17 or later, or set JAVA_HOME to one"
if [ ! -d target/classes/dev ] || ! ls target/lib/baton-native-*-*-*.jar > /dev/null 2>&1; then
    fail "Baton is not built: run 'mvn -q -DskipTests -pl benchmarks -am package' in $(dirname "$here")"
fi

export THREADS=${THREADS:-2}
limit=${LIMIT:-1800}
logs=$here/target/compare
rm -rf "$logs"
mkdir -p "$logs"

baton() {
    # As run.sh starts the peers: the same heap, and a cache of natives of its own.
    local options=(-Xms1g -Xmx4g "-Dbench.threads=$THREADS" "-Dorg.bytedeco.javacpp.cachedir=$here/target/cache")
    if "$java" --help 2>&1 | grep -q -- --enable-native-access; then options+=(--enable-native-access=ALL-UNNAMED); fi
    # shellcheck disable=SC2086
    timeout "$limit" "$java" "${options[@]}" ${JAVA_OPTS:-} -cp "target/classes:target/lib/*" \
        dev.baton.benchmarks.Main "$workload"
}

# The line of a log that says why a run failed: the protocol's own error, else what Java, Maven or the shell said first.
reason() {
    local code=$1 log=$2 line
    if [ "$code" = 124 ]; then
        echo "it took more than $limit s (LIMIT sets that)"
        return
    fi
    line=$(sed -n 's/.*"error":"\([^"]*\)".*/\1/p' "$log.out" | head -1)
    [ -n "$line" ] || line=$(grep -m 1 -E '^(no workload|Error|Exception in|\[ERROR\])' "$log.err" || true)
    [ -n "$line" ] || line=$(grep -v -E '^(#|$)' "$log.err" | tail -1 || true)
    echo "${line:-it ended with code $code and said nothing}"
}

measure() {
    local round=$1 name=$2 log=$logs/$2.$1 code=0
    echo "round $round of $rounds: $name" >&2
    if [ "$name" = baton ]; then
        baton > "$log.out" 2> "$log.err" || code=$?
    else
        timeout "$limit" peers/run.sh "$name" "$workload" > "$log.out" 2> "$log.err" || code=$?
    fi
    if [ "$code" != 0 ] || ! grep -q '"metric"' "$log.out"; then
        reason "$code" "$log" > "$log.failed"
        echo "  failed: $(cat "$log.failed")" >&2
    fi
}

# Every second round goes backwards, so that nobody always follows the same neighbour.
for round in $(seq "$rounds"); do
    turn=(baton "${peers[@]}")
    if [ $((round % 2)) = 0 ]; then
        turn=()
        for ((i = ${#peers[@]} - 1; i >= 0; i--)); do turn+=("${peers[i]}"); done
        turn+=(baton)
    fi
    for name in "${turn[@]}"; do
        # One failure is enough: the same peer would fail the same way in every round.
        compgen -G "$logs/$name.*.failed" > /dev/null || measure "$round" "$name"
        if [ "$name" = baton ] && compgen -G "$logs/baton.*.failed" > /dev/null; then
            fail "Baton does not run $workload: $(cat "$logs"/baton.*.failed); see $logs"
        fi
    done
done

measured=0
for name in baton "${peers[@]}"; do
    if compgen -G "$logs/$name.*.failed" > /dev/null; then
        echo "$name: not measured: $(cat "$logs/$name".*.failed); see $logs"
    else
        cat "$logs/$name".*.out >> "$logs/all"
        [ "$name" = baton ] || measured=$((measured + 1))
    fi
done
awk -v rounds="$rounds" -f compare.awk "$logs/all"
[ "$measured" -gt 0 ] || fail "no peer was measured: there is no ratio"
