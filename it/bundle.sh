#!/usr/bin/env bash
# The check bundle: from an empty environment, with nothing but what it brings and without a network where this user may
# go without one, its CPU part passes, and its GPU part runs or says why not. Takes Maven's options, such as -o.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
source "$here/checks.sh"
source "$here/jdk.sh"

if [ -z "$(jdk 25)" ]; then
    echo "skipped: there is no JDK 25 here; JAVA_25_HOME names one"
    exit 0
fi

# Everything comes from the build itself: nothing has to be installed first.
[ -d "$repository" ] || make_repository "$repository"
mvn -f "$root/pom.xml" -Pbundle -DskipTests -pl bundle -am package
tar -C "$work" -xf "$root/bundle/target/baton-check.tar.xz"

offline=()
if unshare --map-root-user --net true 2> /dev/null; then
    offline=(unshare --map-root-user --net)
fi

# checked PART: what the bundle says; it must not fail.
checked() {
    "${offline[@]}" env -i "$work/baton-check/run.sh" "$1" > "$work/said" 2>&1 || fail "run.sh $1: $(cat "$work/said")"
}

checked cpu
cat "$work/said"
grep -q -x '7 passed, 0 failed, 0 skipped' "$work/said" || fail "the CPU part is not whole"
passed "the CPU part passes from an empty environment"

if [ ! -e /dev/nvidiactl ]; then
    checked gpu
    grep -q '^skipped  gpu: device .*cuda: not available: ' "$work/said" || fail "the GPU part does not say why it is skipped"
    passed "the GPU part says why it is skipped"
fi
echo "the check bundle works"
