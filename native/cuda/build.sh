#!/usr/bin/env bash
# Builds the CUDA core: by default libbaton-cuda.so for GPUs (needs nvcc; without it the status is 3), or the same
# sources as libbaton-cuda-host.so, which runs on the processor (needs g++ and nothing else).
#
#   native/cuda/build.sh OUTPUT_FOLDER [host|cuda]
#
# CXX and NVCC name other compilers, EXTRA_FLAGS are added to the host executor's (sanitizers).
set -euo pipefail
# The order of the objects decides the order in the library.
export LC_ALL=C
cuda="$(cd "$(dirname "$0")" && pwd)"
native="$(dirname "$cuda")"
source "$native/jobs.sh"
output="$1"
executor="${2:-cuda}"
warnings=(-Wall -Wextra)
code=(-fPIC -fvisibility=hidden -march=x86-64-v2 -fno-math-errno -fno-trapping-math -ffp-contract=off
    -ffunction-sections -fdata-sections "-ffile-prefix-map=$native=native")
folders=(-I "$native/include" -I "$native/src" -I "$cuda/src")
# What both cores have.
shared=(attention_words convolution_words group group_words normalization_words older_glibc picture_words plan_reader
    primitive_words recurrent_words rotary_words training_words)
libraries=(-Wl,--no-undefined -Wl,--gc-sections "-Wl,--version-script=$cuda/exports.map" -Wl,--as-needed -static-libgcc
    -static-libstdc++ -pthread)

# The arguments with commas between them, as nvcc hands them to the compiler behind it.
listed() {
    local IFS=,
    echo "$*"
}

case "$executor" in
    host)
        library="$output/libbaton-cuda-host.so"
        shared+=(growing_memory)
        compiler="${CXX:-g++}"
        other=device
        compile=("$compiler" -std=c++17 -O3 "${warnings[@]}" "${code[@]}" "${folders[@]}" ${EXTRA_FLAGS:-} -c)
        link=("$compiler" ${EXTRA_FLAGS:-} -shared "${libraries[@]}" -Wl,-soname,libbaton-cuda-host.so)
        ;;
    cuda)
        library="$output/libbaton-cuda.so"
        compiler="${NVCC:-nvcc}"
        other=host
        # Products and sums are contracted where the sources say so and nowhere else, as in the host executor.
        compile=("$compiler" -x cu -std=c++17 -O3 --fmad=false -Xcompiler "$(listed "${warnings[@]}" "${code[@]}")"
            "${folders[@]}" -cudart static)
        for architecture in 75 80 86 89 90; do
            compile+=(-gencode "arch=compute_$architecture,code=sm_$architecture")
        done
        compile+=(-gencode arch=compute_90,code=compute_90 -c)
        link=("$compiler" -shared -cudart static -Xcompiler "$(listed "${libraries[@]//,/\\,}")"
            -Xcompiler -Wl\\,-soname\\,libbaton-cuda.so)
        ;;
    *)
        echo "the executor is host or cuda, not '$executor'" >&2
        exit 1
        ;;
esac
if ! command -v "$compiler" > /dev/null; then
    echo "there is no $compiler: the GPU's library needs nvcc of NVIDIA's CUDA toolkit, the host executor's g++" >&2
    exit 3
fi
mkdir -p "$output/objects-$executor"
sources=("$native/src" "$native/include" "$native/jobs.sh" "$cuda/src" "$cuda/build.sh" "$cuda/exports.map")
if [ -e "$library" ] && [ -z "$(find "${sources[@]}" -newer "$library")" ]; then
    exit 0
fi

rm -f "$output/objects-$executor"/*.o
shared=("${shared[@]/#/$native/src/}")
for source in "$cuda"/src/*.cpp "${shared[@]/%/.cpp}"; do
    name="$(basename "$source" .cpp)"
    if [ "${name%%_*}" != "$other" ]; then
        start "${compile[@]}" "$source" -o "$output/objects-$executor/$name.o"
    fi
done
finish
"${link[@]}" "$output/objects-$executor"/*.o -o "$library.new"
mv "$library.new" "$library"
