#!/usr/bin/env bash
# run.sh [PART...]: checks Baton on this machine and ends with a table of what passed, failed or was skipped, and why.
# Parts are cpu and gpu, both where none is named, and those of gpu: conformance, curves, speed, sanitizer.
# README.md says more. The status is 1 where anything failed.
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export PATH="${PATH:-/usr/local/bin:/usr/bin:/bin}" LC_ALL=C

# ---- what may be changed from outside ----

# A folder for logs and for unpacked native libraries.
results="${RESULTS:-$here/results}"
# How many steps of each training are compared on the GPU.
steps="${STEPS:-100}"
# Seconds of each check, of a run under compute-sanitizer, of one measurement of speed.
limit="${LIMIT:-600}"
sanitizer_limit="${SANITIZER_LIMIT:-3600}"
export BENCH_WARM="${BENCH_WARM:-3}" BENCH_ROUND="${BENCH_ROUND:-2}" BENCH_ROUNDS="${BENCH_ROUNDS:-5}"
workloads="${WORKLOADS:-mlp-train cnn-train resnet20-train gpt-train gpt-384-train lstm-train gpt2-train-bfloat16}"

# ---- helpers ----

passed=0
failed=0
skipped=0
table=()

# outcome passed|failed|skipped NAME SECONDS DETAIL: a line of the table.
outcome() {
    declare -g "$1=$(($1 + 1))"
    table+=("$(printf '%-8s %-32s %5s s  %s' "$@")")
    echo "${table[-1]}"
}

# last_line FILE [PATTERN]: the last line that matches; the last one with anything in it where there is no pattern.
last_line() {
    grep -E "${2:-[^[:space:]]}" "$1" | tail -1 | sed 's/^[[:space:]]*//' | cut -c 1-300
}

# log_of NAME: where a check's output goes.
log_of() {
    echo "$results/$(tr -c 'a-z0-9\n' '-' <<< "$1").log"
}

# check NAME SECONDS PATTERN COMMAND...: runs a command with a time limit; the line of its output that matches the pattern
# goes into the table. Status 3 of the command says that this machine lacks what it needs.
check() {
    local name="$1" most="$2" pattern="$3" log start="$SECONDS" status=0 took detail
    shift 3
    log="$(log_of "$name")"
    timeout --kill-after=10 "$most" "$@" > "$log" 2>&1 < /dev/null || status=$?
    took=$((SECONDS - start))
    detail="$(last_line "$log" "$pattern")"
    case "$status" in
        0) outcome passed "$name" "$took" "$detail" ;;
        3) outcome skipped "$name" "$took" "$(last_line "$log")" ;;
        124 | 137) outcome failed "$name" "$took" "ran past its limit of $most s, or was killed; see $log" ;;
        *) outcome failed "$name" "$took" "status $status: ${detail:-$(last_line "$log")}; see $log" ;;
    esac
    return "$status"
}

# first_of FILE...: the first that there is.
first_of() {
    local file
    for file in "$@"; do
        if [ -e "$file" ]; then
            echo "$file"
            return
        fi
    done
}

# ---- the programs ----

if ! mkdir -p "$results/unpacked" 2> /dev/null; then
    echo "cannot write to $results: RESULTS names another folder for what this writes" >&2
    exit 1
fi
results="$(cd "$results" && pwd)"
java=("$here/java/bin/java" --enable-native-access=ALL-UNNAMED "-Dorg.bytedeco.javacpp.cachedir=$results/unpacked"
    -Xmx4g -cp "$here/lib/*")
results="$results/$(date +%Y%m%d-%H%M%S)"
mkdir -p "$results"

# Before the name of a class with the suite.
suite=(org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=none
    --fail-if-no-tests --select-class)
count='cases passed'
measure=("-Dbench.warm=$BENCH_WARM" "-Dbench.round=$BENCH_ROUND" "-Dbench.rounds=$BENCH_ROUNDS"
    dev.baton.benchmarks.Main)

# ---- the processor ----

cpu() {
    local task
    check "cpu: device" "$limit" "" "${java[@]}" dev.baton.check.DeviceCheck cpu
    check "cpu: conformance" "$limit" "$count" "${java[@]}" "${suite[@]}" dev.baton.check.CpuConformance
    # The plain interpreter takes seconds for a step of a convolutional network.
    for task in digits:20 cnn:2 resnet20:2 gpt:2; do
        check "cpu: curve of ${task%:*}" "$limit" "" \
            "${java[@]}" dev.baton.check.CurveComparison reference cpu "${task%:*}" "${task#*:}"
    done
    check "cpu: speed of mlp-train" "$limit" '"train"' "${java[@]}" -Dbaton.backend=cpu \
        -Dbench.warm=1 -Dbench.round=0.5 -Dbench.rounds=3 dev.baton.benchmarks.Main mlp-train
}

# ---- the GPU ----

# find_python: the first Python that has PyTorch; where none has, the first.
find_python() {
    local candidate found=()
    for candidate in "${PYTHON:-}" python3 /opt/conda/bin/python3 /opt/venv/bin/python3; do
        if [ -n "$candidate" ] && command -v "$candidate" > /dev/null; then
            found+=("$candidate")
            if "$candidate" -c 'import torch' 2> /dev/null; then
                echo "$candidate"
                return
            fi
        fi
    done
    echo "${found[0]:-}"
}

# find_cuda: the folders of CUDA toolkits, and those of the wheels that pip installs (nvidia-cublas and others).
find_cuda() {
    local packages
    ls -d ${CUDA_HOME:+"$CUDA_HOME"} /usr/local/cuda /usr/local/cuda-* 2> /dev/null
    if [ -n "$python" ]; then
        "$python" -c 'import sys; print("\n".join(sys.path))' | while read -r packages; do
            ls -d "$packages"/nvidia/*/ 2> /dev/null
        done
    fi
}

# find_library: sets library to where cuBLASLt is, empty where it is not, and lets the GPU's programs load it from there.
find_library() {
    local name=libcublasLt.so.13
    library="$(first_of "${cuda[@]/%//lib64/$name}" "${cuda[@]/%//lib/$name}" /usr/lib/x86_64-linux-gnu/$name)"
    if [ -n "$library" ]; then
        java=(env "LD_LIBRARY_PATH=$(dirname "$library")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" "${java[@]}")
        outcome passed "gpu: cuBLASLt" 0 "$library"
    else
        outcome skipped "gpu: cuBLASLt" 0 "$name is in no CUDA toolkit and no wheel: Baton's own kernels multiply"
    fi
}

# gpu PART...
gpu() {
    local part
    check "gpu: device" "$limit" "" "${java[@]}" dev.baton.check.DeviceCheck cuda || return
    if command -v nvidia-smi > /dev/null; then
        timeout 60 nvidia-smi > "$results/nvidia-smi.log" 2>&1
    fi
    python="$(find_python)"
    mapfile -t cuda < <(find_cuda)
    find_library
    if [ -n "$library" ]; then
        check "gpu: device, with cuBLASLt" "$limit" "" "${java[@]}" dev.baton.check.DeviceCheck cuda || return
    fi
    for part in "$@"; do
        "$part"
    done
}

conformance() {
    check "gpu: conformance" "$limit" "$count" "${java[@]}" "${suite[@]}" dev.baton.check.CudaConformance
    # Without the library, this is what was checked already.
    if [ -n "$library" ]; then
        check "gpu: conformance of our own products" "$limit" "$count" "${java[@]}" -Dbaton.gpu.products=cuda "${suite[@]}" \
            dev.baton.check.CudaConformance
    fi
}

curves() {
    local task
    for task in digits cnn resnet20 gpt; do
        check "gpu: curve of $task" "$limit" "" \
            "${java[@]}" dev.baton.check.CurveComparison cpu cuda "$task" "$steps"
    done
}

sanitizer() {
    local program tool
    program="$(first_of "$(command -v compute-sanitizer)" "${cuda[@]/%//bin/compute-sanitizer}" \
        "${cuda[@]/%//compute-sanitizer/compute-sanitizer}")"
    for tool in memcheck racecheck; do
        if [ -n "$program" ]; then
            check "gpu: $tool" "$sanitizer_limit" 'SUMMARY' "$program" --tool "$tool" \
                --target-processes all --error-exitcode 9 "${java[@]}" "${suite[@]}" dev.baton.check.CudaConformance
        else
            outcome skipped "gpu: $tool" 0 "compute-sanitizer is neither on the path nor in a CUDA toolkit"
        fi
    done
}

speed() {
    local workload mode lines=()
    # measured NAME COMMAND...
    measured() {
        check "$1" "$limit" '"train"|error' "${@:2}"
        lines+=("$(log_of "$1")")
    }
    if [ -n "$python" ] && "$python" -c 'import torch' 2> /dev/null; then
        check "gpu: ceilings" "$limit" bfloat16 "$python" "$here/python/ceilings.py" \
            $("${java[@]}" dev.baton.benchmarks.compare.GpuComparison --bytes)
        lines+=("$(log_of "gpu: ceilings")")
    else
        outcome skipped "gpu: PyTorch" 0 "it is missing (PYTHON names a Python that has it): Baton is measured alone"
        python=""
    fi
    for workload in $workloads; do
        measured "gpu: $workload" "${java[@]}" -Dbaton.backend=cuda "${measure[@]}" "$workload"
        if [ -n "$python" ]; then
            for mode in eager compiled; do
                measured "gpu: $workload, $mode" "$python" "$here/python/train.py" "$mode" "$workload"
            done
        fi
    done
    check "gpu: targets of speed" "$limit" "" "${java[@]}" dev.baton.benchmarks.compare.GpuComparison "$workloads" "${lines[@]}"
    cat "$(log_of "gpu: targets of speed")"
}

# ---- all of it ----

if [ $# = 0 ]; then
    set -- cpu gpu
fi
on_cpu=false
on_gpu=()
for part in "$@"; do
    case "$part" in
        cpu) on_cpu=true ;;
        gpu) on_gpu+=(conformance curves speed sanitizer) ;;
        conformance | curves | speed | sanitizer) on_gpu+=("$part") ;;
        *)
            echo "run.sh takes cpu, gpu, conformance, curves, speed or sanitizer, not '$part'" >&2
            exit 2
            ;;
    esac
done
{
    uname -a
    grep -m 1 'model name' /proc/cpuinfo
    "${java[@]}" -version 2>&1
} > "$results/machine.log"
if $on_cpu; then
    cpu
fi
if [ "${#on_gpu[@]}" -gt 0 ]; then
    gpu "${on_gpu[@]}"
fi

printf '\nlogs: %s\n\n' "$results"
printf '%s\n' "${table[@]}" | tee "$results/summary.txt"
echo "$passed passed, $failed failed, $skipped skipped" | tee -a "$results/summary.txt"
[ "$failed" = 0 ]
