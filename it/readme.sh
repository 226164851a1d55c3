# Sourced: takes from README.md what it shows, so that what is tested is what a reader copies.

# readme_block HEADING LANGUAGE NUMBER: the block of code of that number, from 1, in that language under a heading.
readme_block() {
    local readme block
    readme="$(dirname "${BASH_SOURCE[0]}")/../README.md"
    block="$(awk -v heading="## $1" -v fence="\`\`\`$2" -v wanted="$3" '
        /^```/ { inside = !inside; shown = inside && under && $0 == fence && ++found == wanted; next }
        shown
        !inside && /^## / { under = $0 == heading }
    ' "$readme")"
    if [ -z "$block" ]; then
        echo "README.md shows no block $3 in $2 under '$1'" >&2
        return 1
    fi
    echo "$block"
}
