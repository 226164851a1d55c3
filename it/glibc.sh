#!/usr/bin/env bash
# The oldest glibc that the native libraries run with is the one that is stated: in README.md, in docs/troubleshooting.md
# and in what the CPU backend says on an older system. Takes Maven's options, such as -o.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
source "$here/checks.sh"

command -v objdump > /dev/null || fail "objdump is missing: install binutils"

# stated PATTERN FILE: the version that follows the pattern, wherever it stands; there must be one alone.
stated() {
    local versions
    versions="$(grep -o -E "$1[0-9]+\.[0-9]+" "$root/$2" | grep -o -E '[0-9]+\.[0-9]+$' | sort -u)"
    [ "$(wc -w <<< "$versions")" = 1 ] || fail "$2 states not one version of glibc, but: $versions"
    echo "$versions"
}

oldest="$(stated 'OLDEST_GLIBC = "' native/java/dev/baton/core/LoadFailure.java)"
for page in README.md docs/troubleshooting.md; do
    [ "$(stated 'glibc (is )?' "$page")" = "$oldest" ] || fail "$page does not state glibc $oldest as the CPU backend does"
done
passed "README.md, docs/troubleshooting.md and the CPU backend state glibc $oldest"

install_baton
find_class_path
mkdir "$work/libraries"
cd "$work/libraries"
while read -r jar; do
    jar --extract --file "$jar"
done < <(tr ':' '\n' < "$work/class-path" | grep -E '/(baton-native|openblas)-.*-linux-x86_64\.jar$')

# highest LIBRARY: the highest version of glibc that a library asks for.
highest() {
    objdump -T "$1" | grep -o -E 'GLIBC_[0-9]+(\.[0-9]+)+' | sed 's/GLIBC_//' | sort -u -V | tail -1
}

# What the CPU backend loads. Where libgcc_s, which is with OpenBLAS, cannot be loaded, the system's own is.
for name in libbaton.so libjniNativeCore.so libopenblas.so.0 libgfortran.so.5 libquadmath.so.0; do
    library="$(find . -name "$name")"
    [ -f "$library" ] || fail "$name is in none of the jars: $(cat "$work/class-path")"
    version="$(highest "$library")"
    [ -n "$version" ] || fail "objdump shows no version of glibc in $name"
    [ "$(printf '%s\n' "$version" "$oldest" | sort -V | tail -1)" = "$oldest" ] \
        || fail "$name asks for glibc $version: $(objdump -T "$library" | grep -F "GLIBC_$version)" | awk '{ print $NF }' | paste -s -d ' ')"
    passed "$name asks for glibc $version"
done
echo "glibc $oldest is enough"
