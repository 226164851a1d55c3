#!/usr/bin/env bash
# Training on a real cluster: a master and three workers of Spark, each a process on this machine. Both ways beside one
# machine, executors and a driver that are killed, workers that cannot take part, the driver's memory, where the time
# goes, and the command of docs/distributed.md. Takes Maven's options, such as -o.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
reports="$root/spark/target/surefire-reports"

rm -f "$reports"/*Cluster* "$reports"/*DriverMemory*

# measured: what the tests say that they have measured.
measured() {
    sed -n 's/.*measured: //p' "$reports"/*Cluster*-output.txt "$reports"/*DriverMemory*-output.txt
}

mvn -q -B -ntp -Dstyle.color=never "$@" -f "$root/pom.xml" -pl spark -am test \
    -Dtest='Cluster*Test,DriverMemoryTest' -Dsurefire.failIfNoSpecifiedTests=false \
    -Dtest.groups=cluster -Dtest.excludedGroups= -Dmaven.test.redirectTestOutputToFile=true || {
    measured || true
    echo "FAILED: what Spark said is in $reports" >&2
    exit 1
}
measured
echo "passed"
