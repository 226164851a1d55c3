// Rows that are reduced, each the work of a team: neighbours in a team read neighbours in the row.
#ifndef BATON_CUDA_ROW_TEAMS_H
#define BATON_CUDA_ROW_TEAMS_H

#include "elements.h"

namespace baton {

// Starts item(team, 0) to item(team, rows - 1): warps for short rows, blocks for long ones.
template <typename Item>
void each_row(const Stream& stream, int64_t rows, int64_t length, const Item& item) {
    constexpr int64_t LONG = 1024;
    if (length > LONG) {
        each_team<BLOCK_THREADS>(stream, rows, item);
    } else {
        each_team<WARP>(stream, rows, item);
    }
}

// The sum of term(0) to term(count - 1) in double, for all threads of the team.
template <typename Team, typename Term>
BATON_CUDA_FUNCTION double sum_of(const Team& team, int64_t count, Term term) {
    double sum = 0;
    for (int64_t i = team.rank(); i < count; i += Team::SIZE) sum += term(i);
    return team.joined(sum, Plus());
}

// The largest of the same; NaN where there is one.
template <typename Team, typename Term>
BATON_CUDA_FUNCTION float largest_of(const Team& team, int64_t count, Term term) {
    float largest = -INFINITY;
    for (int64_t i = team.rank(); i < count; i += Team::SIZE) largest = larger(largest, term(i));
    return team.joined(largest, [](float a, float b) { return larger(a, b); });
}

}  // namespace baton

#endif
