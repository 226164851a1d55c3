#!/usr/bin/env bash
# Builds libbaton.so. Needs g++ 11 or later and nothing else; for 64-bit ARM the one that compiles for it.
#
#   native/build.sh OUTPUT_FOLDER OPENBLAS_FOLDER [linux-x86_64 | linux-arm64]
#
# OPENBLAS_FOLDER holds libopenblas.so.0. CXX names another compiler, for 64-bit ARM ARM64_CXX does. EXTRA_FLAGS are added
# (sanitizers).
set -euo pipefail
# The order of the objects decides the order in the library.
export LC_ALL=C
native="$(cd "$(dirname "$0")" && pwd)"
source "$native/jobs.sh"
output="$1"
openblas="$2"
platform="${3:-linux-x86_64}"

case "$platform" in
    linux-x86_64)
        compiler="${CXX:-g++}"
        needed=g++
        newest=(-mamx-tile -mamx-bf16 -mamx-int8)
        ;;
    linux-arm64)
        compiler="${ARM64_CXX:-aarch64-linux-gnu-g++}"
        needed=g++-aarch64-linux-gnu
        newest=(-march=armv8-a)
        ;;
    *)
        echo "there is no platform '$platform': linux-x86_64 and linux-arm64 are known" >&2
        exit 1
        ;;
esac
if ! command -v "$compiler" > /dev/null; then
    echo "a C++ compiler is missing: install $needed (Debian, Ubuntu: apt install $needed), or set CXX to another one," \
        "for linux-arm64 ARM64_CXX" >&2
    exit 1
fi
if ! "$compiler" "${newest[@]}" -E -x c++ - < /dev/null > /dev/null 2>&1; then
    echo "$compiler does not know all instructions that are used on $platform: install $needed 11 or later, or set CXX to" \
        "it, for linux-arm64 ARM64_CXX" >&2
    exit 1
fi
mkdir -p "$output/objects"
library="$output/libbaton.so"
if [ -e "$library" ] && [ -z "$(find "$native/src" "$native/include" "$native/build.sh" "$native/jobs.sh" -newer "$library")" ]; then
    exit 0
fi

flags=(-std=c++17 -O3 -fPIC -fvisibility=hidden -Wall -Wextra -fno-math-errno -fno-trapping-math -ffp-contract=off
    -ffunction-sections -fdata-sections
    "-ffile-prefix-map=$native=native" -I "$native/include" -I "$native/src" ${EXTRA_FLAGS:-})
compile() {
    # $1 names the object, the rest are arguments.
    local object="$output/objects/$1.o"
    shift
    start "$compiler" "${flags[@]}" "$@" -c -o "$object"
}

# What is compiled for each instruction set, the sources that know the processor, and how all others are compiled.
compile_for_x86_64() {
    compile kernels-avx512 -march=x86-64-v3 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512 \
        -DBATON_KERNELS=AVX512_KERNELS "$native/src/kernels.cpp"
    compile pair_kernels -march=x86-64-v3 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512bf16 -mprefer-vector-width=512 \
        "$native/src/pair_kernels.cpp"
    compile tile_products -march=x86-64-v3 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512bf16 -mamx-tile -mamx-bf16 \
        -mprefer-vector-width=512 "$native/src/tile_products.cpp"
    compile int8_vnni-avx512 -march=x86-64-v3 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni \
        -mprefer-vector-width=512 -DBATON_INT8=INT8_AVX512_VNNI "$native/src/int8_vnni.cpp"
    compile int8_vnni-avx -march=x86-64-v3 -mavxvnni -DBATON_INT8=INT8_AVX_VNNI "$native/src/int8_vnni.cpp"
    compile int8_tiles -march=x86-64-v3 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mamx-tile -mamx-int8 \
        -mprefer-vector-width=512 "$native/src/int8_tiles.cpp"
    compile kernels-avx2 -march=x86-64-v3 -DBATON_KERNELS=AVX2_KERNELS "$native/src/kernels.cpp"
    compile kernels-baseline -march=x86-64-v2 -DBATON_KERNELS=BASELINE_KERNELS "$native/src/kernels.cpp"
    compile instruction_set -march=x86-64-v2 "$native/src/instruction_set.cpp"
    others=(-march=x86-64-v2)
}
compile_for_arm64() {
    compile kernels-neon -march=armv8-a -DBATON_KERNELS=NEON_KERNELS "$native/src/kernels.cpp"
    compile instruction_set -march=armv8-a "$native/src/arm64/instruction_set.cpp"
    others=(-march=armv8-a)
}
rm -f "$output"/objects/*.o
"compile_for_${platform#linux-}"
for source in "$native"/src/*.cpp; do
    name="$(basename "$source" .cpp)"
    case "$name" in
        kernels | pair_kernels | tile_products | int8_vnni | int8_tiles | instruction_set) ;;
        *) compile "$name" "${others[@]}" "$source" ;;
    esac
done
finish
"$compiler" -shared ${EXTRA_FLAGS:-} -o "$library.new" "$output"/objects/*.o "$openblas/libopenblas.so.0" \
    -Wl,--no-undefined -Wl,-soname,libbaton.so -Wl,-rpath,'$ORIGIN' -Wl,--gc-sections -Wl,--exclude-libs,ALL -static-libgcc -static-libstdc++ -pthread
mv "$library.new" "$library"
