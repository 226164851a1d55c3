// Attention. A team goes through the keys of a tile of queries and keeps their results, their highest scores and the
// sums of their weights (FlashAttention, Dao et al. 2022): no more than a tile of the scores is ever in memory.
#include "attention.h"

namespace baton {
namespace {

template <int COLUMNS>
struct Attend {
    static constexpr int PARTS = TILE_ROWS / DEPTH;  // of a row of scores: threads join a part each
    struct Shared {
        TurnedRows left, right;
        Four values[DEPTH][COLUMNS / SIDE];
        Four weights[TILE_ROWS][SQUARES + 1];  // a row is a key's
        float highest[TILE_ROWS], sums[TILE_ROWS], factors[TILE_ROWS];
        float highest_of_parts[PARTS][TILE_ROWS], sums_of_parts[PARTS][TILE_ROWS];
    };
    Visibility head;
    HeadRows q, k, v, out;
    int64_t width, value_width;
    float scale;
    float* log_sum_exp;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, Shared& shared, int64_t item) const {
        TileOfHead tile(item, head.heads, head.queries, value_width, COLUMNS);
        Rows queries = q.rows(tile.example, tile.head, tile.first, head.queries);
        int64_t key_end = head.keys_of(tile.example), last = tile.first + queries.count;
        key_end = head.causal && last < key_end ? last : key_end;
        for (int row = team.rank(); row < TILE_ROWS; row += Team::SIZE) {
            shared.highest[row] = -INFINITY;
            shared.sums[row] = 0;
        }
        Sums<Team, COLUMNS> results;
        results.clear();
        for (int64_t key = 0; key < key_end; key += TILE_ROWS) {
            Rows keys = k.rows(tile.example, tile.head, key, key_end);
            score(team, shared, tile, queries, keys, key);
            weigh(team, shared, queries.count, keys.count);
            each_square(team, queries.count, TILE_ROWS, [&](int own, int row, int) {
                for (int r = 0; r < SIDE; r++) {
                    for (float& result : results.at[own][r]) result *= shared.factors[row + r];
                }
            });
            Rows values = v.rows(tile.example, tile.head, key, key_end);
            values.from += tile.slice;
            add_product<COLUMNS>(team, shared.weights, queries.count, values, value_width - tile.slice, shared.values,
                                 results);
        }
        team.wait();
        finish(team, shared, tile, queries.count, results);
    }

    // Scores as weights; minus infinity where a query may not look, and beyond the last key.
    template <typename Team>
    BATON_CUDA_FUNCTION void score(const Team& team, Shared& shared, const TileOfHead& tile, const Rows& queries,
                                   const Rows& keys, int64_t first_key) const {
        Sums<Team, TILE_ROWS> products;
        multiply_rows(team, queries, keys, width, shared.left, shared.right, products);
        each_square(team, queries.count, whole(keys.count, DEPTH), [&](int own, int row, int column) {
            for (int c = 0; c < SIDE; c++) {
                Four scores;
                for (int r = 0; r < SIDE; r++) {
                    bool visible = row + r < queries.count && column + c < keys.count &&
                                   head.visible(tile.example, tile.head, tile.first + row + r, first_key + column + c);
                    scores.at[r] = visible ? products.at[own][r][c] * scale : -INFINITY;
                }
                shared.weights[column + c][row / SIDE] = scores;
            }
        });
        team.wait();
    }

    // Turns scores into weights exp(score - highest), not yet divided by their sum, and finds what results so far are
    // now worth (Milakov and Gimelshein 2018). A NaN is no highest score: it comes back as a NaN's weight.
    template <typename Team>
    BATON_CUDA_FUNCTION void weigh(const Team& team, Shared& shared, int rows, int keys) const {
        for (int i = team.rank(); i < PARTS * TILE_ROWS; i += Team::SIZE) {
            int row = i % TILE_ROWS, part = i / TILE_ROWS;
            float best = -INFINITY;
            for (int key = part * DEPTH; row < rows && key < keys && key < (part + 1) * DEPTH; key++) {
                float score = weight(shared, key, row);
                best = score > best ? score : best;
            }
            shared.highest_of_parts[part][row] = best;
        }
        team.wait();
        for (int i = team.rank(); i < PARTS * TILE_ROWS; i += Team::SIZE) {
            int row = i % TILE_ROWS, part = i / TILE_ROWS;
            float shift = shift_of(highest_now(shared, row)), sum = 0;
            for (int key = part * DEPTH; row < rows && key < whole(keys, DEPTH) && key < (part + 1) * DEPTH; key++) {
                float& own = weight(shared, key, row);
                own = exponential(own - shift);
                sum += own;
            }
            shared.sums_of_parts[part][row] = sum;
        }
        team.wait();
        for (int row = team.rank(); row < rows; row += Team::SIZE) {
            float now = highest_now(shared, row), sum = 0;
            for (int part = 0; part < PARTS; part++) sum += shared.sums_of_parts[part][row];
            float factor = exponential(shared.highest[row] - shift_of(now));
            shared.factors[row] = factor;
            shared.sums[row] = shared.sums[row] * factor + sum;
            shared.highest[row] = now;
        }
        team.wait();
    }

    BATON_CUDA_FUNCTION static float& weight(Shared& shared, int key, int row) {
        return shared.weights[key][row / SIDE].at[row % SIDE];
    }
    BATON_CUDA_FUNCTION static float highest_now(const Shared& shared, int row) {
        float best = shared.highest[row];
        for (int part = 0; part < PARTS; part++) {
            float other = shared.highest_of_parts[part][row];
            best = other > best ? other : best;
        }
        return best;
    }
    // The weights of a query that has seen no key yet stay 0.
    BATON_CUDA_FUNCTION static float shift_of(float highest) { return highest == -INFINITY ? 0.0f : highest; }

    // Divides by the sums; a query without keys keeps 0.
    template <typename Team>
    BATON_CUDA_FUNCTION void finish(const Team& team, const Shared& shared, const TileOfHead& tile, int rows,
                                    Sums<Team, COLUMNS>& results) const {
        each_square(team, rows, TILE_ROWS, [&](int own, int row, int) {
            for (int r = 0; r < SIDE; r++) {
                float divisor = shared.highest[row + r] == -INFINITY ? 1.0f : shared.sums[row + r];
                for (float& result : results.at[own][r]) result = result / divisor;
            }
        });
        results.store(team, out.at(tile.example, tile.head, tile.first) + tile.slice, out.position, rows,
                      value_width - tile.slice);
        if (tile.slice == 0) {
            float* log_sums = log_sum_exp + (tile.example * head.heads + tile.head) * head.queries + tile.first;
            for (int row = team.rank(); row < rows; row += Team::SIZE) {
                float highest = shared.highest[row];
                log_sums[row] = highest == -INFINITY ? -INFINITY : logarithm(shared.sums[row]) + highest;
            }
        }
    }
};

struct AttentionForward : Command, AttentionWords {
    explicit AttentionForward(Decoder& in) : AttentionWords(in) {}

    const char* name() const override { return "attention"; }

    void run(const Run& run) const override {
        with_columns(value_width, [&](auto columns) {
            constexpr int COLUMNS = decltype(columns)::value;
            each_sharing_team(run.stream, TileOfHead::count(*this, queries, value_width, COLUMNS),
                              Attend<COLUMNS>{Visibility(run, *this), rows_of(run, q), rows_of(run, k),
                                              rows_of(run, v), rows_of(run, result), width, value_width, scale,
                                              run.at<float>(log_sum_exp)});
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_attention(Decoder& in) { return std::make_unique<AttentionForward>(in); }

}  // namespace baton
