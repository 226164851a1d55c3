#!/usr/bin/env bash
# Native libraries are unpacked to a cache in the file system: where that is read-only, full or mounted noexec, where
# several processes unpack at once, and where it holds what an earlier build left, digits either trains on the CPU backend
# or says what to do, as docs/troubleshooting.md does. Takes Maven's options, such as -o.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
source "$here/checks.sh"

PROCESSES=4

install_baton
find_class_path
class_path="$root/examples/target/classes:$(cat "$work/class-path")"

# digits CACHE OPTIONS...: trains a little with a folder for the cache and options of the JVM.
digits() {
    local cache="$1"
    shift
    env -u BATON_BACKEND -u _JAVA_OPTIONS java -Dorg.bytedeco.javacpp.cachedir="$cache" "$@" -cp "$class_path" \
        dev.baton.examples.Main digits --epochs 1 --limit 100 --threads 1 2>&1
}

# trains WHAT COMMAND...
trains() {
    local what="$1" said
    shift
    said="$("$@")" || fail "$what: $said"
    grep -q '^backend cpu, ' <<< "$said" || fail "$what: not on the CPU backend: $said"
    passed "$what: trains"
}

# refuses WHAT REASON COMMAND...: it says so in this word for word, and the page about it does.
refuses() {
    local what="$1" reason="$2" said
    shift 2
    said="$("$@")" && fail "$what: trains"
    grep -q -F "cpu: not available: " <<< "$said" || fail "$what: says $said"
    grep -q -F "$reason" <<< "$said" || fail "$what: says $said"
    grep -q -F "| $reason |" "$root/docs/troubleshooting.md" \
        || fail "docs/troubleshooting.md has no line for: $reason"
    passed "$what: says
        $(grep 'cpu: not available' <<< "$said")"
}

# mounted OPTIONS COMMAND...: with a file system in memory at $work/mounted, which no other process sees.
mounted() {
    local options="$1"
    shift
    export -f digits
    export class_path
    unshare --map-root-user --mount bash -c \
        'mount -t tmpfs -o "$1" tmpfs "$2" || exit 100; shift 2; "$@"' mounted "$options" "$work/mounted" "$@"
}

# copy_of LIBRARY CACHE
copy_of() {
    find "$2" -type f -name "$1"
}

# spoil FILE: other bytes; size and time stay.
spoil() {
    local size
    size="$(stat -c %s "$1")"
    touch -r "$1" "$work/time"
    head -c "$size" /dev/zero > "$1"
    touch -r "$work/time" "$1"
}

# together CACHE WHAT: several processes start at once.
together() {
    local cache="$1" what="$2" i processes=()
    for ((i = 0; i < PROCESSES; i++)); do
        digits "$cache" > "$work/process-$i" &
        processes+=($!)
    done
    for ((i = 0; i < PROCESSES; i++)); do
        wait "${processes[i]}" || fail "$what: process $i: $(cat "$work/process-$i")"
        grep -q '^backend cpu, ' "$work/process-$i" || fail "$what: process $i: $(cat "$work/process-$i")"
    done
    passed "$what: all $PROCESSES train"
}

cache="$work/a cache"
trains "an empty cache" digits "$cache"
unpacked="$(find "$cache" -type f | sort)"

spoil "$(copy_of libbaton.so "$cache")"
spoil "$(copy_of libjniNativeCore.so "$cache")"
trains "copies of another build, of the same size and time" digits "$cache"
[ "$(find "$cache" -type f | sort)" = "$unpacked" ] || fail "left behind in the cache: $(find "$cache" -type f)"

printf 'too short' > "$(copy_of libopenblas.so.0 "$cache")"
trains "a copy of another size" digits "$cache"

spoil "$(copy_of libopenblas.so.0 "$cache")"
refuses "a damaged copy of OpenBLAS" "the unpacked copy of a native library is damaged" digits "$cache"
rm "$(copy_of libopenblas.so.0 "$cache")"
trains "the copy deleted" digits "$cache"

for round in 1 2 3; do
    together "$work/cache-$round" "round $round, at once, an empty cache"
    spoil "$(copy_of libbaton.so "$work/cache-$round")"
    spoil "$(copy_of libjniNativeCore.so "$work/cache-$round")"
    together "$work/cache-$round" "round $round, at once, copies of another build"
done

mkdir "$work/mounted"
if mounted size=1m true 2> "$work/messages"; then
    at="$work/mounted"
    home="$work/home"
    mkdir "$home"
    trains "a read-only folder for the cache, a home folder" mounted ro digits "$at" -Duser.home="$home"
    trains "a read-only folder for the cache, a read-only home folder" mounted ro digits "$at" -Duser.home="$at"
    refuses "nothing but read-only folders" "neither the home folder nor that for temporary files can be written" \
        mounted ro digits "$at" -Duser.home="$at" -Djava.io.tmpdir="$at"
    refuses "a full file system" "the native libraries cannot be unpacked" mounted size=1m digits "$at"
    refuses "one that is full after the first libraries" "the native libraries cannot be unpacked" \
        mounted size=20m digits "$at"
    refuses "a file system mounted noexec" "a folder from which nothing may be run" mounted noexec digits "$at"
else
    echo "skipped: read-only, full and noexec file systems: this user may not mount any ($(cat "$work/messages"))"
fi

all="$class_path"
class_path="$(tr ':' '\n' <<< "$all" | grep -v 'openblas-.*-linux-x86_64' | paste -s -d :)"
refuses "OpenBLAS's natives left out" "a native library is missing" digits "$work/cache without OpenBLAS"
class_path="$(tr ':' '\n' <<< "$all" | grep -v 'baton-native-.*-linux-x86_64' | paste -s -d :)"
refuses "our natives left out" "a native library is missing" digits "$work/cache without ours"

echo "wherever native libraries can be unpacked, digits trains; elsewhere it says what to do"
