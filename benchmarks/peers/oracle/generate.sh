#!/usr/bin/env bash
# generate.sh [FOLDER]   writes the files that README.md names, beside this script where no folder is named.
# JAVA_HOME chooses the JVM.
set -euo pipefail
cd "$(dirname "$0")"
folder=${1:-.}
java=java
[ -n "${JAVA_HOME:-}" ] && java=$JAVA_HOME/bin/java
(cd .. && mvn -q -B package -pl oracle -am >&2)

# One thread and passive waiting; a cache of natives apart from those of the peers, as in ../run.sh.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE
opts=("-Dorg.bytedeco.javacpp.cachedir=$PWD/../cache/oracle")
if "$java" --help 2>&1 | grep -q -- --enable-native-access; then opts+=(--enable-native-access=ALL-UNNAMED); fi
for class in Generate GenerateRecurrent; do
    "$java" "${opts[@]}" -cp "target/classes:target/lib/*" "bench.oracle.$class" "$folder"
done
