#!/usr/bin/env bash
# A user's first project, outside of this repository: the files and commands that README.md shows under "Your own
# project", as they are, with Java 17 and Java 25, on the class path and on the module path. Takes Maven's options, such
# as -o. A JDK is found through JAVA_17_HOME, JAVA_25_HOME, JAVA_HOME or in /usr/lib/jvm.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
source "$here/checks.sh"
source "$here/jdk.sh"

LARGEST_JARS=$((30 * 1000 * 1000))
LONGEST_PROGRAM=40

# shown LANGUAGE NUMBER
shown() {
    readme_block "Your own project" "$@"
}

# follow NUMBER: runs the commands of a block; the program says nothing but its output, which is as promised.
follow() {
    local command
    while read -r command; do
        case "$command" in
            java\ *)
                eval "$command" > "$work/out" 2> "$work/messages" || fail "$command: $(cat "$work/messages")"
                without_options "$work/messages" > "$work/err"
                [ ! -s "$work/err" ] || fail "$command: says $(cat "$work/err")"
                ;;
            *) eval "$command" > "$work/log" 2>&1 || fail "$command: $(cat "$work/log")" ;;
        esac
    done < <(shown sh "$1")
    awk -f "$here/consumer/compare.awk" "$work/promised" "$work/out" \
        || fail "README.md promises another output than this: $(cat "$work/out")"
}

# The jars that the project has received.
weigh() {
    local jar size sum=0
    for jar in target/dependency/*.jar; do
        size="$(stat -c %s "$jar")"
        sum=$((sum + size))
        printf '%14s  %s\n' "$size" "$(basename "$jar")"
    done
    printf '%14s  bytes in all\n' "$sum"
    [ "$sum" -le "$LARGEST_JARS" ] || fail "what the project receives is $sum bytes, more than $LARGEST_JARS"
}

install_baton
shown text 1 > "$work/promised"
lines="$(shown java 1 | sed -n '/^public class/,$p' | wc -l)"
[ "$lines" -lt "$LONGEST_PROGRAM" ] || fail "the first program has $lines lines from its class on"

tried=0
for version in 17 25; do
    home="$(jdk "$version")"
    if [ -z "$home" ]; then
        echo "skipped: there is no JDK $version here; JAVA_${version}_HOME names one"
        continue
    fi
    tried=$((tried + 1))
    export JAVA_HOME="$home" PATH="$home/bin:$PATH"

    # A name as people give them.
    mkdir -p "$work/my first-project $version/src/main/java/first"
    cd "$work/my first-project $version"
    shown xml 1 > pom.xml
    shown java 1 > src/main/java/first/Ring.java
    follow 2
    passed "Java $version, class path: compiles, and says what README.md promises"
    [ "$tried" -gt 1 ] || weigh

    shown java 2 > src/main/java/module-info.java
    follow 3
    passed "Java $version, module path: compiles, and says what README.md promises"

    java -jar "$repository"/dev/baton/baton-examples/*/baton-examples-*[0-9T].jar digits --epochs 1 --limit 100 \
        > "$work/out" 2> "$work/messages" || fail "the examples' jar: $(cat "$work/messages")"
    without_options "$work/messages" > "$work/err"
    [ ! -s "$work/err" ] || fail "the examples' jar says $(cat "$work/err")"
    passed "Java $version: the examples' jar runs without a warning"
    cd "$root"
done
[ "$tried" -gt 0 ] || fail "there is neither a JDK 17 nor a JDK 25"
echo "README.md's first project works"
