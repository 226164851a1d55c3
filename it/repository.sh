# Sourced: makes a Maven repository into which Baton can be installed without changing the user's own.

# make_repository FOLDER: everything but dev.baton is the user's repository itself (another one than ~/.m2/repository
# where MAVEN_REPOSITORY names it), so that nothing is downloaded twice and a full one serves without a network.
make_repository() {
    local own="${MAVEN_REPOSITORY:-$HOME/.m2/repository}" target="$1" entry
    mkdir -p "$own" "$target/dev/baton"
    for entry in "$own"/* "$own"/dev/*; do
        case "$entry" in
            "$own"/dev | "$own"/dev/baton | *'/*') ;;
            *) ln -s "$entry" "$target${entry#"$own"}" ;;
        esac
    done
}
