#!/usr/bin/env bash
# What users get: POMs that need no parent and bring no tests, jars with sources and Javadoc, natives of one platform, and
# the licence and notice of everything that a jar holds. Takes Maven's options, such as -o.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(dirname "$here")"
source "$here/repository.sh"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

passed() {
    echo "  ok: $*"
}

# maven REPOSITORY OPTIONS...
maven() {
    local repository="$1"
    shift
    mvn -q -B -ntp -Dstyle.color=never -Dmaven.repo.local="$repository" "$@"
}

echo "installing Baton into a repository of its own"
make_repository "$work/repository"
maven "$work/repository" "$@" -f "$root/pom.xml" -DskipTests -Dspotless.check.skip install

# Only what is published goes into another one: neither the parent's POM nor the examples.
artifacts="api data report onnx spark backend-cpu backend-cuda conformance native"
installed="$work/published/dev/baton"
make_repository "$work/published"
for artifact in $artifacts bom; do
    cp -r "$work/repository/dev/baton/baton-$artifact" "$installed"
done
version="$(basename "$(echo "$installed"/baton-api/*/)")"

for artifact in $artifacts bom; do
    pom="$installed/baton-$artifact/$version/baton-$artifact-$version.pom"
    for element in name description url licenses developers scm; do
        grep -q "<$element[ >]" "$pom" || fail "$pom has no $element"
    done
    ! grep -n '<parent>\|<build>\|<scope>test\|<module>\|\${native' "$pom" || fail "$pom has what is no user's concern"
done
passed "the POMs stand on their own"

for artifact in $artifacts; do
    folder="$installed/baton-$artifact/$version"
    for kind in "" -sources -javadoc; do
        [ -e "$folder/baton-$artifact-$version$kind.jar" ] || fail "there is no baton-$artifact-$version$kind.jar"
    done
    # Spark's jars share packages, so that what needs them cannot be a module.
    [ "$artifact" = spark ] || jar --list --file "$folder/baton-$artifact-$version-sources.jar" | grep -q '^module-info.java$' \
        || fail "the sources of baton-$artifact have no module descriptor"
done
! jar --list --file "$installed/baton-api/$version/baton-api-$version-javadoc.jar" | grep '/compiler/' \
    || fail "the Javadoc of baton-api describes a package that is not exported"
passed "sources and Javadoc"

# Every package that is exported has its place in docs/stability.md, and none has two.
places="$(sed -n '/^| \*\*/p' "$root/docs/stability.md" | grep -o '`dev\.baton[a-z.]*`' | tr -d '`' | sort)"
[ -z "$(echo "$places" | uniq -d)" ] || fail "docs/stability.md names $(echo "$places" | uniq -d) more than once"
exported="$(sed -n 's/^ *exports \([a-z.]*\);.*/\1/p' "$root"/{api,data,report,onnx,conformance}/src/main/java/module-info.java)"
for package in $exported; do
    grep -q -x -F "$package" <<< "$places" || fail "$package is exported, and docs/stability.md does not say what it is"
done
passed "$(wc -w <<< "$exported") exported packages are in docs/stability.md"

# unpack JAR: into $work/jar, its entries' names into $work/entries.
unpack() {
    rm -rf "$work/jar"
    mkdir "$work/jar"
    (cd "$work/jar" && jar --extract --file "$1")
    jar --list --file "$1" > "$work/entries"
}

count=0
for file in "$installed"/*/"$version"/*.jar "$root/examples/target/baton-examples.jar"; do
    unpack "$file"
    for name in LICENSE NOTICE; do
        cmp -s "$root/$name" "$work/jar/META-INF/$name" || fail "$(basename "$file") has not the project's $name"
    done
    notice="$work/jar/META-INF/THIRD-PARTY.txt"
    libraries="$(grep '\.so\(\.[0-9]*\)*$' "$work/entries" || true)"
    [ -e "$notice" ] || [ -z "$libraries" ] || fail "$(basename "$file") holds libraries and no THIRD-PARTY.txt"
    if [ -e "$notice" ]; then
        # What it refers to is there, and nothing else.
        diff <(grep -o 'licenses/[A-Za-z0-9.-]*\.txt' "$notice" | sort -u) \
            <(sed -n 's|^META-INF/\(licenses/.*\.txt\)$|\1|p' "$work/entries" | sort) \
            || fail "the licences' texts in $(basename "$file") are not those that its THIRD-PARTY.txt names"
    fi
    count=$((count + 1))
done
passed "licence and notice in $count jars"

# holds JAR TEXT...: each file of META-INF/licenses begins as its licence does.
holds() {
    local file="$1" text
    shift
    unpack "$file"
    for text in "$@"; do
        grep -q "${text#*:}" "$work/jar/META-INF/licenses/${text%%:*}.txt" \
            || fail "$(basename "$file"): licenses/${text%%:*}.txt is not: ${text#*:}"
    done
}
platforms=("$installed"/baton-native/"$version"/baton-native-"$version"-linux-*.jar)
gpl="GPL-3.0:GNU GENERAL PUBLIC LICENSE"
exception="GCC-exception-3.1:GCC RUNTIME LIBRARY EXCEPTION"
for platform in "${platforms[@]}"; do
    holds "$platform" "$gpl" "$exception"
done
examples="$root/examples/target/baton-examples.jar"
chart="Chart.js:Chart.js Contributors"
holds "$installed/baton-report/$version/baton-report-$version.jar" "$chart"
holds "$examples" "$chart" "$gpl" "$exception" "LGPL-2.1:GNU LESSER GENERAL PUBLIC LICENSE" "OpenBLAS:The OpenBLAS Project" \
    "JLine:Redistributions in binary form" "progressbar:The MIT License" "CC-BY-4.0:Attribution 4.0 International"

# Every library and every package of others in the examples' jar is in its notice, and no library that nobody calls.
notice="$work/jar/META-INF/THIRD-PARTY.txt"
while read -r entry; do
    case "$entry" in
        dev/baton/*.class) ;;
        *.class)
            named=""
            while read -r package; do
                [[ "$entry" != "$package"/* ]] || named=yes
            done < <(grep -o '([a-z][a-z0-9/]*)' "$notice" | tr -d '()')
            [ -n "$named" ] || fail "no notice of $entry"
            ;;
        org/jline/*) ;;
        *.min.js | *.so | *.so.*) grep -q -F "$(basename "$entry")" "$notice" || fail "no notice of $entry" ;;
    esac
done < "$work/entries"
# Where there was no nvcc, the CUDA core is not among them.
libraries="$(grep -v libbaton-cuda.so "$work/entries" | grep -c '\.\(so\(\.[0-9]*\)*\|dll\|dylib\|jnilib\)$')"
[ "$libraries" = 7 ] || fail "the examples' jar holds $libraries native libraries, not 7"
passed "all that the examples' jar holds of others is named"

echo "a project that imports the BOM"
mkdir "$work/project"
cat > "$work/project/pom.xml" << POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>imports-the-bom</artifactId>
  <version>1.0</version>
  <dependencyManagement>
    <dependencies>
      <dependency>
        <groupId>dev.baton</groupId>
        <artifactId>baton-bom</artifactId>
        <version>$version</version>
        <type>pom</type>
        <scope>import</scope>
      </dependency>
    </dependencies>
  </dependencyManagement>
  <dependencies>
$(for artifact in $artifacts; do
    echo "    <dependency><groupId>dev.baton</groupId><artifactId>baton-$artifact</artifactId></dependency>"
done)
  </dependencies>
</project>
POM
plugin="$(sed -n '/maven-dependency-plugin/{n;s/.*>\(.*\)<.*/\1/p}' "$root/pom.xml")"
maven "$work/published" "$@" -f "$work/project/pom.xml" \
    "org.apache.maven.plugins:maven-dependency-plugin:$plugin:build-classpath" \
    -DincludeScope=runtime -Dmdep.outputFile="$work/class-path"
tr ':' '\n' < "$work/class-path" | sed 's|.*/||' > "$work/jars"
for artifact in $artifacts; do
    grep -q -x -F "baton-$artifact-$version.jar" "$work/jars" || fail "no baton-$artifact on the class path"
done
natives="$(grep -o -E -- '-(linux|windows|macosx|android|ios)-[a-z0-9_]+' "$work/jars" | sort -u)"
[ "$(echo "$natives" | wc -w)" = 1 ] || fail "natives of other than one platform: $natives"
passed "$(wc -l < "$work/jars") jars, natives of one platform: ${natives#-}"
