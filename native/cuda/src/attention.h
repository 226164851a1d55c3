// What the items of the attention commands know of their head.
#ifndef BATON_CUDA_ATTENTION_H
#define BATON_CUDA_ATTENTION_H

#include "attention_words.h"
#include "command.h"
#include "tile_products.h"

namespace baton {

// Rows of every example and head, at their addresses.
struct HeadRows {
    float* from;
    int64_t example, position, head;

    BATON_CUDA_FUNCTION float* at(int64_t example_index, int64_t head_index, int64_t position_index) const {
        return from + example_index * example + head_index * head + position_index * position;
    }
    BATON_CUDA_FUNCTION Rows rows(int64_t example_index, int64_t head_index, int64_t first, int64_t end) const {
        int count = static_cast<int>(end - first < TILE_ROWS ? end - first : TILE_ROWS);
        return {at(example_index, head_index, first), position, count};
    }
};

inline HeadRows rows_of(const Run& run, const Heads& heads) {
    return {run.at<float>(heads.from), heads.example, heads.position, heads.head};
}

// The keys that a query may look at.
struct Visibility {
    int64_t heads, queries, keys;
    bool causal;
    const uint8_t* mask;  // null where there is none
    int64_t mask_example, mask_head, mask_query;
    const int32_t* lengths;

    Visibility(const Run& run, const AttentionWords& a)
        : heads(a.heads), queries(a.queries), keys(a.keys), causal(a.causal),
          mask(run.optional<const uint8_t>(a.mask)), mask_example(a.mask_example),
          mask_head(a.mask_head), mask_query(a.mask_query),
          lengths(run.optional<const int32_t>(a.lengths)) {}

    // How many keys of an example count.
    BATON_CUDA_FUNCTION int64_t keys_of(int64_t example) const {
        int64_t length = lengths == nullptr ? keys : lengths[example];
        return length < 0 ? 0 : length < keys ? length : keys;
    }
    BATON_CUDA_FUNCTION bool visible(int64_t example, int64_t head, int64_t query, int64_t key) const {
        return !(causal && key > query) &&
               (mask == nullptr || mask[example * mask_example + head * mask_head + query * mask_query + key] != 0);
    }
};

// What an item is about: a tile of a head's queries or keys, and the columns of its result, of which the sums of a team
// hold so many. Wider results are cut into slices, each of which computes the weights anew.
struct TileOfHead {
    int64_t example, head, first, slice;

    BATON_CUDA_FUNCTION TileOfHead(int64_t item, int64_t heads, int64_t positions, int64_t width, int columns) {
        int64_t slices = (width + columns - 1) / columns, tiles = (positions + TILE_ROWS - 1) / TILE_ROWS;
        slice = item % slices * columns;
        first = item / slices % tiles * TILE_ROWS;
        head = item / slices / tiles % heads;
        example = item / slices / tiles / heads;
    }
    static int64_t count(const AttentionWords& a, int64_t positions, int64_t width, int columns) {
        return a.examples * a.heads * ((positions + TILE_ROWS - 1) / TILE_ROWS) * ((width + columns - 1) / columns);
    }
};

// Calls with the number of columns that the sums of a team hold for results of a width.
template <typename Body>
void with_columns(int64_t width, Body&& body) {
    if (width <= TILE_ROWS) {
        body(std::integral_constant<int, TILE_ROWS>());
    } else {
        body(std::integral_constant<int, 2 * TILE_ROWS>());
    }
}

}  // namespace baton

#endif
