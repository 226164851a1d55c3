#!/usr/bin/env bash
# The class path alone decides which backend a program runs on: the same compiled digits with the CPU backend, with one
# that is written outside of Baton (third-backend), with both and with none. Takes Maven's options, such as -o.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
source "$here/checks.sh"

install_baton
find_class_path

echo "building the third backend and running the conformance suite on it"
cp -r "$here/third-backend" "$work/third-backend"
rm -rf "$work/third-backend/target"
mvn -f "$work/third-backend/pom.xml" verify
third="$(echo "$work"/third-backend/target/plain-backend-*.jar)"
lines="$(cat "$here"/third-backend/src/main/java/org/example/plain/*.java | wc -l)"
[ "$lines" -lt 300 ] || fail "the third backend has $lines lines: it is to show that fewer than 300 are enough"
passed "the third backend has $lines lines and passes the suite"

# Every line of Java that docs/backends.md shows stands in the third backend.
shown=0
while read -r line; do
    shown=$((shown + 1))
    grep -q -r -F -- "$line" "$here/third-backend/src" \
        || fail "docs/backends.md shows what the third backend has not: $line"
done < <(sed -n '/^```java/,/^```$/p' "$root/docs/backends.md" | grep -v '^```' | sed 's/^ *//' | grep .)
[ "$shown" -gt 20 ] || fail "docs/backends.md shows $shown lines of Java"
passed "the $shown lines of Java in docs/backends.md are the third backend's"

# What digits needs without a backend, and what each backend brings. The jar of the examples that Maven makes holds the
# CPU backend: this one holds their classes alone.
thin="$work/examples.jar"
jar --create --no-manifest --file "$thin" -C "$root/examples/target/classes" .
digits="$thin"
cpu="" cuda=""
while read -r jar; do
    case "$jar" in
        */baton-backend-cuda*) cuda="$cuda:$jar" ;;
        */baton-native* | */org/bytedeco/javacpp/*) cpu="$cpu:$jar" cuda="$cuda:$jar" ;;
        */baton-backend-cpu* | */org/bytedeco/*) cpu="$cpu:$jar" ;;
        *) digits="$digits:$jar" ;;
    esac
done < <(tr ':' '\n' < "$work/class-path")
cpu="${cpu#:}" cuda="${cuda#:}"
jdeps --multi-release 17 -filter:none -verbose:class "$thin" > "$work/uses"
grep -q 'dev\.baton\.runtime\.Session' "$work/uses" || fail "jdeps shows not even the use of a session"
! grep 'dev\.baton\.\(cpu\|cuda\|reference\)\.\|org\.bytedeco\|org\.example' "$work/uses" \
    || fail "a class of the examples names a backend"
passed "no class of the examples names a backend"

# run STATUS CLASS_PATH OPTIONS...: runs digits for three epochs; its output is in $work/out and $work/err.
run() {
    local expected="$1" path="$2" status=0
    shift 2
    env -u BATON_BACKEND java -cp "$path" dev.baton.examples.Main digits --epochs 3 --limit 600 --threads 2 "$@" \
        > "$work/out" 2> "$work/messages" || status=$?
    without_options "$work/messages" > "$work/err"
    [ "$status" = "$expected" ] || fail "exit status $status, not $expected: $(cat "$work/out" "$work/err")"
}

# runs_on NAME WHAT CLASS_PATH OPTIONS...
runs_on() {
    local name="$1" what="$2"
    shift 2
    run 0 "$@"
    head -1 "$work/out" | grep -q "^backend $name, device $name: " || fail "$what: not on $name: $(head -1 "$work/out")"
    grep -q '^test accuracy: 0\.[5-9]' "$work/out" || fail "$what: has not learnt: $(cat "$work/out")"
    passed "$what: $(head -1 "$work/out"); $(grep '^test accuracy' "$work/out")"
}

# losses: those of the last run, one for each epoch.
losses() {
    sed -n 's/^epoch .* loss \([0-9.]*\).*/\1/p' "$work/out" | paste -s -d ' ' -
}

# refuses WHAT CLASS_PATH MESSAGE OPTIONS...: exit status 1 and exactly this message.
refuses() {
    local what="$1" path="$2" message="$3"
    shift 3
    run 1 "$path" "$@"
    diff <(echo "$message") "$work/err" || fail "$what: another message (< wanted, > found)"
    passed "$what: exit status 1, and says
$(sed 's/^/        /' "$work/err")"
}

advice="add dev.baton:baton-backend-cpu or dev.baton:baton-backend-cuda, in the version of baton-api"
reference="  reference: available; chosen only by name"

echo "running $(sha256sum "$thin" | cut -c 1-12) of $(basename "$thin") with"
runs_on cpu "cpu only" "$digits:$cpu"
cpu_losses="$(losses)"
runs_on plain "the third only" "$digits:$third"
plain_losses="$(losses)"
echo "$cpu_losses $plain_losses" \
    | awk '{ for (i = 1; i <= 3; i++) if (($i - $(i + 3))^2 > 1e-6 || $i <= 0) exit 1; if (NF != 6) exit 1 }' \
    || fail "the losses differ: $cpu_losses on cpu, $plain_losses on the third"
passed "the losses of both: $cpu_losses, $plain_losses"
runs_on cpu "both, the higher priority wins" "$digits:$cpu:$third"
runs_on cpu "both in the other order" "$third:$cpu:$digits"
runs_on plain "both, the third by name" "$digits:$cpu:$third" --backend plain
runs_on reference "no other, the reference by name" "$digits" --backend reference

refuses "none" "$digits" "no backend can run this model; found on the class path:
$reference
$advice"
refuses "the third by name where it is not" "$digits" "there is no backend named 'plain'; found on the class path:
$reference
$advice" --backend plain

# Why cuda cannot run depends on the machine; that it says so does not.
run 1 "$digits:$cuda"
reason="$(sed -n 's/^  cuda: not available: //p' "$work/err")"
[ -n "$reason" ] || fail "cuda gives no reason: $(cat "$work/err")"
refuses "cuda only" "$digits:$cuda" "no backend can run this model; found on the class path:
  cuda: not available: $reason
$reference
$advice"
refuses "cuda by name among all" "$digits:$cuda:$cpu:$third" "backend 'cuda' is not available: $reason; found on the class path:
  cuda: not available: $reason
  cpu: available
  plain: available
$reference
$advice" --backend cuda
runs_on cpu "all, cuda being unavailable" "$digits:$cuda:$cpu:$third"

echo "the class path alone decides"
