#!/usr/bin/env bash
# Two builds of the commit that is checked out give the same files, byte for byte: from two folders with other names, in
# other time zones. Takes Maven's options, such as -o.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
first="$work/one" second="$work/a-longer-name/two"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# build FOLDER TIME_ZONE OPTIONS...
build() {
    local folder="$1" zone="$2"
    shift 2
    mkdir -p "$folder"
    git -C "$root" archive HEAD | tar -x -C "$folder"
    echo "building in $folder"
    TZ="$zone" mvn -q -B -ntp -Dstyle.color=never -f "$folder/pom.xml" -DskipTests -Dspotless.check.skip "$@" verify
}

# results FOLDER: what is published, and the examples' jar.
results() {
    (cd "$1" && find . -path '*/target/*' \( -name '*.jar' ! -name 'original-*' -o -name .flattened-pom.xml \) \
        ! -path '*/target/lib/*' | sort)
}

build "$first" UTC "$@"
build "$second" Pacific/Auckland "$@"

results "$first" > "$work/files"
diff "$work/files" <(results "$second") || fail "other files"
[ "$(wc -l < "$work/files")" -ge 20 ] || fail "there are too few files"

# unpack FOLDER FILE: what is in it, in their order and with their times.
unpack() {
    local target="$1/unpacked" file="$1/$2"
    rm -rf "$target"
    mkdir "$target"
    case "$file" in
        *.jar)
            (cd "$target" && jar --extract --file "$file")
            jar --list --verbose --file "$file" > "$target/entries"
            ;;
        *) cp "$file" "$target" ;;
    esac
}

failed=0
while read -r file; do
    unpack "$first" "$file"
    if ! cmp -s "$first/$file" "$second/$file"; then
        failed=1
        echo "FAILED: $file differs:" >&2
        unpack "$second" "$file"
        diff -r "$first/unpacked" "$second/unpacked" | head -20 >&2 || true
    fi
    # Both builds lie in this folder: equal files may name it.
    if grep -r -l -F "$work" "$first/unpacked" >&2; then
        failed=1
        echo "FAILED: $file holds the path of the build" >&2
    fi
done < "$work/files"
[ "$failed" = 0 ] || exit 1
echo "$(wc -l < "$work/files") files, the same from both builds"
