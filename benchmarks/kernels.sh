#!/usr/bin/env bash
# kernels.sh [WORD...]   measures single operations with JMH: those whose name contains one of the words, or all.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

fail() { echo "kernels.sh: $*" >&2; exit 2; }

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" > /dev/null || fail "there is no '$java': install a JDK 17 or later, or set JAVA_HOME to one"
if [ ! -d "$here/target/tools" ] || ! ls "$here"/target/lib/baton-native-*-*-*.jar > /dev/null 2>&1; then
    fail "Baton is not built: run 'mvn -q -DskipTests -pl benchmarks -am package' in $(dirname "$here")"
fi

# JMH gives these options to the JVMs that it starts.
# shellcheck disable=SC2086
exec "$java" "-Dbaton.threads=${THREADS:-2}" "-Dorg.bytedeco.javacpp.cachedir=$here/target/cache" ${JAVA_OPTS:-} \
    -cp "$here/target/classes:$here/target/lib/*:$here/target/tools/*" \
    dev.baton.benchmarks.kernels.KernelBenchmarks "$@"
