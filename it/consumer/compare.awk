# Compares what a program said with what README.md promises, line by line: what depends on the machine must have its
# form, losses and accuracies may differ in their last digits, a picture in a few of its characters. Prints differences.
#
#   awk -f compare.awk PROMISED SAID

function differ() {
    printf "line %d, promised (<) and said (>):\n< %s\n> %s\n", FNR, promised[FNR], $0
    differences++
}

# far A B LIMIT: whether two numbers, text that is not a number among them, are further apart.
function far(a, b, limit) {
    return a !~ /^[0-9.]+$/ || b !~ /^[0-9.]+$/ || (a - b)^2 > limit^2
}

function compare_epochs(    words) {
    split(promised[FNR], words)
    if (NF != 11 || $2 != words[2] || $3 != "loss" || far($4, words[4], 0.005) || $5 != "accuracy" \
            || far($6, words[6], 0.01) || $8 != "samples/s" || $10 != "s") {
        differ()
    }
}

function compare_pictures(    i) {
    if (length($0) != length(promised[FNR]) || $0 !~ /^[.#]+$/) {
        differ()
    }
    for (i = 1; i <= length($0); i++) {
        drawn++
        drawn_differently += substr($0, i, 1) != substr(promised[FNR], i, 1)
    }
}

NR == FNR { promised[FNR] = $0; lines = FNR; next }
promised[FNR] ~ /^cpu: / {
    if ($0 !~ /^cpu: .+, [1-9][0-9]* threads?, (baseline|avx2|avxvnni|avx512|amx), (own products and )?OpenBLAS for [A-Za-z0-9]+$/) {
        differ()
    }
    next
}
promised[FNR] ~ /^epoch / { compare_epochs(); next }
promised[FNR] ~ /^[.#]+$/ { compare_pictures(); next }
promised[FNR] != $0 { differ() }

END {
    if (FNR != lines) {
        printf "%d lines are promised, %d said\n", lines, FNR
        differences++
    }
    if (drawn_differently > drawn / 50) {
        printf "of %d characters of the picture, %d differ\n", drawn, drawn_differently
        differences++
    }
    exit differences > 0
}
