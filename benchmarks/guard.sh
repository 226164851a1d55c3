#!/usr/bin/env bash
# guard.sh             compares what a step costs with what it cost before, in ways that a busy machine does not disturb:
#                      instructions, counted by callgrind, and products beside OpenBLAS's own
# guard.sh --rewrite   writes the instructions that are counted now to instructions.txt
# README.md says more.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
cd "$here"

fail() { echo "guard.sh: $*" >&2; exit 2; }

rewrite=false
case "$*" in
    '') ;;
    --rewrite) rewrite=true ;;
    *) fail "takes nothing or --rewrite, not '$*'" ;;
esac

core=$root/native/target/core
openblas=$(echo "$root"/native/target/openblas/org/bytedeco/openblas/*)
if [ ! -d target/test-classes/dev ] || [ ! -d target/lib ] || [ ! -f "$core/libbaton.so" ] || [ ! -d "$openblas" ]; then
    fail "Baton is not built: run 'mvn -q -DskipTests -pl benchmarks -am package' in $root"
fi
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" > /dev/null || fail "there is no '$java': install a JDK 17 or later, or set JAVA_HOME to one"

recorded=instructions.txt
work=$here/target/guard
plans=$work/plans
rm -rf "$work"
mkdir -p "$plans"

passed=0
failed=0
skipped=0

# result OUTCOME LINE: counts and prints it.
result() {
    declare -g "$1=$(($1 + 1))"
    printf '%-8s%s\n' "$1" "$2"
}

# percent PART WHOLE
percent() { awk -v part="$1" -v whole="$2" 'BEGIN { printf "%.2f", 100 * part / whole }'; }

# compiler_version: for instance g++ 12; the counts of one major version are hardly those of another.
compiler_version() {
    local macros
    macros=$("$compiler" -E -P -x c++ - <<< '__GNUC__ __clang_major__')
    case $macros in
        *__clang_major__) echo "g++ ${macros%% *}" ;;
        *) echo "clang++ ${macros##* }" ;;
    esac
}

save_plans() {
    local options=("-Dorg.bytedeco.javacpp.cachedir=$here/target/cache")
    if "$java" --help 2>&1 | grep -q -- --enable-native-access; then options+=(--enable-native-access=ALL-UNNAMED); fi
    "$java" "${options[@]}" -cp "target/test-classes:target/classes:target/lib/*" dev.baton.benchmarks.SavePlans "$plans"
}

# instruction_set NAME: AVX2, as valgrind knows no AVX-512. It computes fused multiply-adds in software, which takes too
# long for the convolutions of many pictures: those run without.
instruction_set() {
    case $1 in
        cnn-*-16 | resnet20-*-16) echo baseline ;;
        *) echo avx2 ;;
    esac
}

# count_instructions NAME: of one step. OpenBLAS takes the same kernels on every machine, and those without fused
# multiply-adds.
count_instructions() {
    local counts=$work/$1.callgrind log=$work/$1.log count
    BATON_ISA=$(instruction_set "$1") OPENBLAS_CORETYPE=Sandybridge OPENBLAS_NUM_THREADS=1 \
        valgrind --tool=callgrind --toggle-collect=counted_step "--callgrind-out-file=$counts" \
        "$work/replay" step "$plans/$1.plan" > "$log" 2>&1 || fail "callgrind cannot count $1: $(tail -3 "$log"); see $log"
    count=$(sed -n 's/^summary: //p' "$counts")
    [ "${count:-0}" -gt 0 ] || fail "callgrind has counted nothing of $1: it looks for counted_step in replay.cpp; see $log"
    echo "$count"
}

# why_not_counted: nothing where instructions can be counted and compared here.
why_not_counted() {
    local held
    if ! command -v valgrind > /dev/null; then
        echo "valgrind is missing: install it"
    elif ! grep -q -w avx2 /proc/cpuinfo; then
        echo "this processor has no AVX2"
    elif ! $rewrite; then
        held=$(sed -n 's/^compiler //p' "$recorded")
        [ "$held" = "$version" ] || echo "$recorded holds for $held, this is $version: set CXX to that one and build anew"
    fi
}

check_instructions() {
    local name=$1 expected=$2 measured line
    measured=$(count_instructions "$name")
    line=$(printf '%-20s expected %12s   measured %12s' "$name" "${expected:-nothing}" "$measured")
    if [ -z "$expected" ]; then
        result failed "$line   it is not in $recorded: run benchmarks/guard.sh --rewrite"
        return
    fi
    line+="   $(percent "$measured" "$expected") %"
    if [ $((measured * 100)) -gt $((expected * 102)) ]; then
        result failed "$line   more than 2 % above: look for the reason in $work/$name.callgrind (callgrind_annotate)"
    elif [ $((measured * 100)) -lt $((expected * 98)) ]; then
        result passed "$line   more than 2 % below: lower the number with benchmarks/guard.sh --rewrite"
    else
        result passed "$line"
    fi
}

check_product() {
    local size=$1 ours openblas line try
    # Caches and memory that others share disturb the two unequally, for a while: only what is slow each time is slow.
    for try in {1..10}; do
        [ "$try" = 1 ] || sleep 3
        read -r ours openblas < <("$work/replay" product "$plans/product-$size.plan" "$size")
        if [ $((ours * 100)) -ge $((openblas * 85)) ]; then break; fi
    done
    line=$(printf 'product %-12s OpenBLAS %12s   Baton    %12s' "$size" "$openblas" "$ours")
    line+="   $(percent "$ours" "$openblas") %   (MFLOP/s)"
    if [ $((ours * 100)) -lt $((openblas * 85)) ]; then
        result failed "$line   under 85 %: see native/src/matmul.cpp and tiles.h"
    else
        result passed "$line"
    fi
}

compiler=${CXX:-g++}
version=$(compiler_version)
save_plans
"$compiler" -std=c++17 -O2 -Wall -Wextra -I "$root/native/include" -o "$work/replay" native/replay.cpp \
    "$core/libbaton.so" "$openblas/libopenblas.so.0" "-Wl,-rpath,$core:$openblas"
names=$(cd "$plans" && ls -- *.plan | sed 's/\.plan$//' | grep -v '^product-')
reason=$(why_not_counted)

if $rewrite; then
    [ -z "$reason" ] || fail "cannot count instructions: $reason"
    {
        echo "# Instructions of one step on one thread; benchmarks/guard.sh --rewrite writes this file."
        echo "compiler $version"
        for name in $names; do
            count=$(count_instructions "$name")
            echo "$name $count"
        done
    } > "$work/$recorded"
    mv "$work/$recorded" "$recorded"
    cat "$recorded"
    exit 0
fi

for name in $names; do
    if [ -n "$reason" ]; then
        result skipped "$name: its instructions are not counted: $reason"
    else
        check_instructions "$name" "$(sed -n "s/^$name //p" "$recorded")"
    fi
done
for name in $(sed '/^#/d; /^compiler /d; s/ .*//' "$recorded"); do
    [ -f "$plans/$name.plan" ] || result failed "$name is in $recorded, but no workload: run benchmarks/guard.sh --rewrite"
done
for size in 512 1024; do
    check_product "$size"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
