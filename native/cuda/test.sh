#!/usr/bin/env bash
# Builds and runs the tests of the CUDA core. Arguments choose among none and address,undefined, the host executor without
# and with sanitizers, which are the default, and gpu, which needs nvcc and a GPU.
#
# Most tests are those of the CPU's core (native/test), which see a core through baton.h alone.
set -euo pipefail
cuda="$(cd "$(dirname "$0")" && pwd)"
native="$(dirname "$cuda")"
source "$native/jobs.sh"
output="$(mktemp -d)"
trap 'rm -rf "$output"' EXIT
if [ $# -eq 0 ]; then
    set -- none address,undefined
fi
compiler="${CXX:-g++}"
# The processor's core alone has what these look at.
own=(cached_attention_test decoder_test elementary_test exhaustion_test main pool_test processor_plans processor_test winograd_test)
sources=("$cuda"/test/*.cpp)
for source in "$native"/test/*.cpp; do
    if [[ " ${own[*]} " != *" $(basename "$source" .cpp) "* ]]; then
        sources+=("$source")
    fi
done
for kind in "$@"; do
    echo "tests: $kind"
    executor=host library=libbaton-cuda-host.so
    folder="$output/${kind//,/-}"
    mkdir -p "$folder/tests"
    extra=(-g1)
    case "$kind" in
        none) ;;
        gpu) executor=cuda library=libbaton-cuda.so ;;
        *) extra+=(-O1 "-fsanitize=$kind,float-cast-overflow" -fno-sanitize-recover=all) ;;
    esac
    EXTRA_FLAGS="${extra[*]}" "$cuda/build.sh" "$folder" "$executor"
    flags=(-std=c++17 -O1 "${extra[@]}" -Wall -Wextra -march=x86-64-v2 -fno-math-errno -fno-trapping-math
        -ffp-contract=off -pthread -I "$native/include" -I "$native/test" -I "$native/test/double")
    for source in "${sources[@]}"; do
        name="$(basename "$(dirname "$(dirname "$source")")")-$(basename "$source" .cpp)"
        start "$compiler" "${flags[@]}" -c -o "$folder/tests/$name.o" "$source"
    done
    finish
    "$compiler" "${extra[@]}" -pthread -o "$folder/unit-tests" "$folder"/tests/*.o "$folder/$library" \
        -Wl,-rpath,"$folder"
    "$folder/unit-tests"
done
