#!/usr/bin/env bash
# The conformance suite on the CUDA core's host executor: programs are traced, compiled and written as plans as ever, and
# the host executor stands in for the processor's core. Needs compiled tests (mvn -q verify); takes Maven's options, such as
# -o.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
source "$here/checks.sh"

install_baton
"$root/native/cuda/build.sh" "$work" host
cd "$root"
# Both libraries have the same functions: those of the one that is loaded first are called.
LD_PRELOAD="$work/libbaton-cuda-host.so" mvn -pl backend-cpu surefire:test -Dtest=HostExecutorConformanceTest \
    > "$work/said" 2>&1 || fail "$(cat "$work/said")"
grep -q '^INFO: cpu: host executor' "$work/said" || fail "the host executor did not run: $(cat "$work/said")"
passed "$(grep 'cases passed' "$work/said" | sed 's/^ *//')"
