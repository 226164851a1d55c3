# Lines of the protocol, Baton's first, to a table for each metric: medians over the rounds, and Baton's ratio to each peer.

function field(name,    at, rest) {
    at = index($0, "\"" name "\":")
    if (!at) return ""
    rest = substr($0, at + length(name) + 3)
    if (substr(rest, 1, 1) == "\"") return substr(rest, 2, index(substr(rest, 2), "\"") - 1)
    match(rest, /^[^,}]*/)
    return substr(rest, 1, RLENGTH)
}

# The median of what a peer measured in all rounds; sets least and most too.
function summary(key,    n, i, j, swap, sorted) {
    n = count[key]
    for (i = 1; i <= n; i++) sorted[i] = value[key, i]
    for (i = 2; i <= n; i++) {
        for (j = i; j > 1 && sorted[j - 1] > sorted[j]; j--) {
            swap = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = swap
        }
    }
    least = sorted[1]
    most = sorted[n]
    return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

# How many times as fast Baton is: more of a rate is better, less of a latency.
function ratio(own, other) {
    return unit[metric] == "us" ? other / own : own / other
}

/"metric"/ {
    peer = field("peer")
    metric = field("metric")
    if (!(metric in unit)) {
        metrics[++metricCount] = metric
        unit[metric] = field("unit")
        title[metric] = field("workload") ", " metric ", " field("unit")
        threads = field("threads")
    }
    if (!(peer in version)) {
        peers[++peerCount] = peer
        version[peer] = field("version")
    }
    key = peer SUBSEP metric
    value[key, ++count[key]] = field("median") + 0
    if (field("others") + 0 > busy) busy = field("others") + 0
}

END {
    for (m = 1; m <= metricCount; m++) {
        metric = metrics[m]
        printf "\n%s: medians over %d round%s (least, most), %d threads\n", title[metric], rounds, rounds == 1 ? "" : "s", threads
        fastest = ""
        for (p = 1; p <= peerCount; p++) {
            peer = peers[p]
            key = peer SUBSEP metric
            if (!(key in count)) continue
            median = summary(key)
            printf "  %-13s %-16s %12.2f  (%.2f, %.2f)", peer, version[peer], median, least, most
            if (peer == "baton") {
                own = median
            } else {
                this = ratio(own, median)
                printf "  baton / %s: %.3f", peer, this
                if (fastest == "" || this < worst) { fastest = peer; worst = this }
            }
            printf "\n"
        }
        if (fastest != "") printf "  baton / fastest peer measured (%s): %.3f\n", fastest, worst
    }
    printf "\nOther processes kept up to %.2f cores busy", busy
    print (busy > 0.1 ? ": these numbers are not worth comparing, measure again on a quiet machine." : ".")
}
