#!/usr/bin/env bash
# compare.sh [--table] [-n ROUNDS] [WORKLOAD[,WORKLOAD...] [PEER...]]
# Measures Baton and the peers in turn and prints medians and ratios; --help and README.md say more.
set -euo pipefail
# Everyone takes what OpenBLAS chooses for this processor: another choice slows the peers more than Baton.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
here=$(cd "$(dirname "$0")" && pwd)

fail() { echo "compare.sh: $*" >&2; exit 2; }

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" > /dev/null || fail "there is no '$java': install a JDK 17 or later, or set JAVA_HOME to one"
if [ ! -d "$here/target/tools" ] || ! ls "$here"/target/lib/baton-native-*-*-*.jar > /dev/null 2>&1; then
    fail "Baton is not built: run 'mvn -q -DskipTests -pl benchmarks -am package' in $(dirname "$here")"
fi

# The ceilings are those of the instruction set that Baton takes: the processor's best, or that of BATON_ISA.
case ${BATON_ISA:-} in
    "" | amx) target=native ;;
    avx512) target=x86-64-v4 ;;
    avx2 | avxvnni) target=x86-64-v3 ;;
    baseline) target=x86-64-v2 ;;
    *) fail "BATON_ISA is '$BATON_ISA': it may be amx, avx512, avxvnni, avx2 or baseline" ;;
esac
source=$here/src/main/cpp/ceilings.cpp
ceilings=$here/target/ceilings-$target
if [ "$source" -nt "$ceilings" ]; then
    compiler=${CXX:-g++}
    command -v "$compiler" > /dev/null || fail "there is no '$compiler': install g++, or set CXX to another C++ compiler"
    "$compiler" -std=c++17 -O3 -Wall -Wextra "-march=$target" -pthread -o "$ceilings" "$source"
fi

exec "$java" -Xmx128m -XX:+UseSerialGC "-Dbenchmarks=$here" "-Dceilings=$ceilings" \
    -cp "$here/target/classes:$here/target/tools/*" dev.baton.benchmarks.compare.Compare "$@"
