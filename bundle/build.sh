#!/usr/bin/env bash
# build.sh TARGET: packs the jars of TARGET/lib with a Java runtime, run.sh and the Python programs of the benchmarks into
# TARGET/baton-check.tar.xz. Maven's profile "bundle" calls it. Needs a JDK 25, which JAVA_25_HOME names where it is
# neither JAVA_HOME nor in /usr/lib/jvm.
set -euo pipefail
export LC_ALL=C
here="$(cd "$(dirname "$0")" && pwd)"
root="$(dirname "$here")"
source "$root/it/jdk.sh"
target="$1"

LARGEST_ARCHIVE=$((60 * 1000 * 1000))

fail() {
    echo "build.sh: $*" >&2
    exit 1
}

jdk="$(jdk 25)"
[ -n "$jdk" ] || fail "there is no JDK 25, whose runtime goes into the bundle: JAVA_25_HOME names one"
command -v xz > /dev/null || fail "xz is missing: install xz-utils"

folder="$target/baton-check"
rm -rf "$folder"
mkdir "$folder"
# Not compressed: xz does that better.
"$jdk/bin/jlink" --add-modules java.base,java.logging,java.management,jdk.unsupported,jdk.zipfs,java.xml \
    --strip-debug --no-header-files --no-man-pages --compress zip-0 --output "$folder/java"
mkdir "$folder/lib" "$folder/python"
cp "$target"/lib/*.jar "$target"/baton-bundle-*.jar "$folder/lib"
cp "$root"/benchmarks/gpu/*.py "$folder/python"
cp "$here/src/main/bundle/run.sh" "$here/README.md" "$root/LICENSE" "$root/NOTICE" "$folder"
chmod 755 "$folder/run.sh"

archive="$target/baton-check.tar.xz"
tar -C "$target" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf - baton-check | xz -6 -T 2 > "$archive.new"
mv "$archive.new" "$archive"
size="$(stat -c %s "$archive")"
[ "$size" -le "$LARGEST_ARCHIVE" ] || fail "$archive has $size bytes, more than $LARGEST_ARCHIVE"
echo "$archive: $size bytes"
