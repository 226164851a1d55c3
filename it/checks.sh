# Sourced by the checks from outside of the build, which take Maven's options, such as -o: a work folder, words for what
# holds and what does not, and a Maven repository with Baton in it.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/it/repository.sh"
source "$root/it/readme.sh"
maven_options=("$@")

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# BATON_REPOSITORY names one that several checks share: the first of them installs Baton there.
repository="${BATON_REPOSITORY:-$work/repository}"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

passed() {
    echo "  ok: $*"
}

# Stands for the mvn of commands in README.md too, which are run as they are.
mvn() {
    command mvn -q -B -ntp -Dstyle.color=never -Dmaven.repo.local="$repository" "${maven_options[@]}" "$@"
}

install_baton() {
    if [ ! -d "$repository/dev/baton/baton-api" ]; then
        echo "installing Baton into a repository of its own"
        make_repository "$repository"
        (cd "$root" && eval "$(readme_block 'Your own project' sh 1)")
    fi
}

# without_options FILE: what a program said; a JVM that takes options from the environment says so.
without_options() {
    grep -v '^Picked up ' "$1" || true
}

# find_class_path: writes into $work/class-path what the examples run with; the jar of the examples that Maven makes holds
# all of it in one.
find_class_path() {
    mvn -f "$root/pom.xml" -pl examples dependency:build-classpath -DincludeScope=runtime \
        -Dmdep.outputFile="$work/class-path"
}
