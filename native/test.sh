#!/usr/bin/env bash
# Builds and runs the native unit tests, without Java: plain and under each sanitizer. Arguments choose among
# none, address, undefined and thread; address and undefined go together as "address,undefined". With arm64 they are
# compiled for 64-bit ARM, plain, and emulated: that needs g++-aarch64-linux-gnu and qemu-user.
#
# What is tested are build.sh's own object files, with a test double (test/double) in place of OpenBLAS, so that
# sanitizers see every access to memory.
set -euo pipefail
native="$(cd "$(dirname "$0")" && pwd)"
source "$native/jobs.sh"
output="$(mktemp -d)"
trap 'rm -rf "$output"' EXIT
if [ $# -eq 0 ]; then
    set -- none address,undefined thread
fi
for sanitizer in "$@"; do
    folder="$output/${sanitizer//,/-}"
    mkdir -p "$folder/tests"
    case "$sanitizer" in
        arm64)
            echo "platform: linux-arm64"
            platform=linux-arm64
            compiler="${ARM64_CXX:-aarch64-linux-gnu-g++}"
            processor=armv8-a
            run=(env BATON_TEST_EMULATED=yes qemu-aarch64 -L "$("$compiler" -print-sysroot)/usr/aarch64-linux-gnu")
            ;;
        *)
            echo "sanitizer: $sanitizer"
            platform=linux-x86_64
            compiler="${CXX:-g++}"
            processor=x86-64-v2
            run=()
            ;;
    esac
    # Without a sanitizer the code is as optimized as the product's.
    extra=(-g1)
    case "$sanitizer" in
        none | arm64) ;;
        *undefined) extra+=(-O1 "-fsanitize=$sanitizer,float-cast-overflow" -fno-sanitize-recover=all) ;;
        *) extra+=(-O1 "-fsanitize=$sanitizer" -fno-sanitize-recover=all) ;;
    esac
    "$compiler" -O1 "${extra[@]}" -shared -fPIC -Wl,-soname,libopenblas.so.0 -o "$folder/libopenblas.so.0" \
        "$native/test/double/openblas.cpp"
    EXTRA_FLAGS="${extra[*]}" "$native/build.sh" "$folder" "$folder" "$platform"
    flags=(-std=c++17 -O1 "${extra[@]}" -Wall -Wextra "-march=$processor" -fno-math-errno -fno-trapping-math
        -ffp-contract=off -pthread -I "$native/include" -I "$native/src" -I "$native/test" -I "$native/test/double")
    for source in "$native"/test/*.cpp; do
        start "$compiler" "${flags[@]}" -c -o "$folder/tests/$(basename "$source" .cpp).o" "$source"
    done
    finish
    "$compiler" "${extra[@]}" -pthread -o "$folder/unit-tests" "$folder"/tests/*.o \
        "$folder"/objects/*.o "$folder/libopenblas.so.0" -Wl,-rpath,"$folder" -ldl
    "${run[@]}" "$folder/unit-tests"
done
