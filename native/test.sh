#!/usr/bin/env bash
# Builds and runs the native unit tests, without Java: plain and under each sanitizer. Arguments choose among
# none, address, undefined and thread.
set -euo pipefail
native="$(cd "$(dirname "$0")" && pwd)"
output="$(mktemp -d)"
trap 'rm -rf "$output"' EXIT
if [ $# -eq 0 ]; then
    set -- none address undefined thread
fi
for sanitizer in "$@"; do
    flags=(-std=c++17 -O2 -g -Wall -Wextra -march=x86-64-v2 -fno-math-errno -fno-trapping-math -ffp-contract=off -pthread)
    if [ "$sanitizer" != none ]; then
        flags+=("-fsanitize=$sanitizer" -fno-sanitize-recover=all)
    fi
    "${CXX:-g++}" "${flags[@]}" -I "$native/src" -I "$native/test" -o "$output/$sanitizer" \
        "$native"/test/*.cpp "$native/src/pool.cpp"
    echo "sanitizer: $sanitizer"
    "$output/$sanitizer"
done
