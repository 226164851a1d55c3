#!/usr/bin/env bash
# The natives for Linux on 64-bit ARM: a project with the dependencies that docs/guide.md names for it passes the
# conformance suite, in a Java runtime for ARM whose processor is emulated. Takes Maven's options, such as -o.
#
# Needs g++-aarch64-linux-gnu, qemu-user and apt-get, which fetches the runtime without installing it; where something is
# missing, all is skipped. ARM64_RUNTIME names a folder in which the runtime is kept for the next time.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
source "$here/checks.sh"

# Where Maven looks for it too.
for tool in /usr/bin/aarch64-linux-gnu-g++ aarch64-linux-gnu-objdump qemu-aarch64 apt-get dpkg-deb; do
    if ! command -v "$tool" > /dev/null; then
        echo "skipped: there is no $tool (Debian, Ubuntu: apt install g++-aarch64-linux-gnu qemu-user)"
        exit 0
    fi
done

# fetch FOLDER: unpacks a Java runtime for ARM, and what it needs, into a folder; a list of packages of its own leaves
# the system's as it is.
fetch() {
    local apt="$work/apt" version
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/packages"
    touch "$apt/status"
    local options=(-q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::Lists="$apt/lists"
        -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update > "$apt/log" 2>&1 || return 1
    for version in 17 21 25; do
        if (cd "$apt/packages" && apt-get "${options[@]}" download "openjdk-$version-jre-headless" libc6 zlib1g libstdc++6 \
            libgcc-s1) >> "$apt/log" 2>&1; then
            for package in "$apt"/packages/*.deb; do
                dpkg-deb -x "$package" "$apt/unpacked" || return 1
            done
            mkdir -p "$(dirname "$1")" && mv "$apt/unpacked" "$1"
            return
        fi
    done
    return 1
}

runtime="${ARM64_RUNTIME:-$work/runtime}"
if [ ! -d "$runtime" ] && ! fetch "$runtime"; then
    echo "skipped: apt-get has no Java runtime for arm64: $(tail -3 "$work/apt/log")"
    exit 0
fi
# Its home has more than one name.
java=("$runtime"/usr/lib/jvm/java-*/bin/java)
emulated=(qemu-aarch64 -R 64G -L "$runtime" "${java[0]}" -XX:TieredStopAtLevel=1
    -XX:+UseSerialGC -Xmx768m "-Dorg.bytedeco.javacpp.cachedir=$work/cache")

# version NAME: as pom.xml has it.
version() {
    sed -n "s|.*<$1>\(.*\)</$1>.*|\1|p" "$root/pom.xml"
}

install_baton
echo "building a project for 64-bit ARM"
cp -r "$here/arm64" "$work/project"
junit="$(version junit.version)"
mvn -f "$work/project/pom.xml" -Dopenblas.version="$(version openblas.version)" -Djunit.platform.version="1.${junit#*.}" package
mkdir "$work/libraries"
for jar in "$work"/project/target/lib/*-linux-arm64.jar; do
    (cd "$work/libraries" && jar --extract --file "$jar")
done
oldest="$(sed -n 's/.*OLDEST_GLIBC = "\(.*\)";/\1/p' "$root/native/java/dev/baton/core/LoadFailure.java")"
for name in libbaton.so libjniNativeCore.so libopenblas.so.0 libgfortran.so.5; do
    asked="$(aarch64-linux-gnu-objdump -T "$(find "$work/libraries" -name "$name")" | grep -o -E 'GLIBC_[0-9]+(\.[0-9]+)+' \
        | sed 's/GLIBC_//' | sort -u -V | tail -1)"
    [ "$(printf '%s\n' "$asked" "$oldest" | sort -V | tail -1)" = "$oldest" ] || fail "$name asks for glibc $asked"
    passed "$name for ARM asks for glibc $asked"
done

echo "running the conformance suite on an emulated processor"
status=0
# The emulator keeps a record of each page of the addresses that were ever reserved: there are to be few, and used again.
(ulimit -d $((3 << 20)) && "${emulated[@]}" -cp "$work/project/target/on-arm64.jar:$work/project/target/lib/*" \
    org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=none \
    --fail-if-no-tests --select-class org.example.arm.ProcessorConformance) > "$work/said" 2>&1 || status=$?
cat "$work/said"
[ "$status" = 0 ] || fail "the suite ends with status $status"
grep -q 'cpu: 64-bit ARM, .* neon' "$work/said" || fail "that was not the processor that was meant"
grep -q '[0-9] of [0-9,]* cases passed' "$work/said" || fail "no case passed"
passed "the conformance suite passes on 64-bit ARM"
