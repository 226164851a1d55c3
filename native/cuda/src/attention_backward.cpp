// Gradients of attention. Probabilities are computed anew from the log-sum-exp: a team goes through all keys for a tile
// of queries, or through all queries for a tile of keys, and alone writes their gradients, so that nothing is added up
// by several teams. Gradients by keys and by values are separate items, which need fewer registers: two teams at a time.
#include "attention.h"

namespace baton {
namespace {

struct Add {
    BATON_CUDA_FUNCTION float operator()(float a, float b) const { return a + b; }
};

// The sum of each query's gradient times its result: what its probabilities' gradients have in common.
struct AddRowProducts {
    HeadRows gradient, result;
    int64_t heads, queries, width;
    float* out;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, int64_t row) const {
        int64_t example = row / queries / heads, head = row / queries % heads, query = row % queries;
        const float* a = gradient.at(example, head, query);
        const float* b = result.at(example, head, query);
        float sum = 0;
        for (int64_t i = team.rank(); i < width; i += Team::SIZE) sum = multiply_add(a[i], b[i], sum);
        sum = team.joined(sum, Add());
        if (team.rank() == 0) {
            out[row] = sum;
        }
    }
};

enum class By { QUERIES, KEYS, VALUES };

// Own is what gradients are computed of, queries or keys, and other is what a team goes through for them. The gradient is
// the sum of the other factors times weights: slopes of the scores, for the values the probabilities.
template <By BY, int COLUMNS>
struct AddSlopes {
    struct Shared {
        TurnedRows left, right;
        Four factors[DEPTH][COLUMNS / SIDE];
        Four weights[TILE_ROWS][SQUARES + 1];  // a row is another's
    };
    Visibility head;
    HeadRows own, other;                      // scores are their products
    HeadRows own_by_weight, other_by_weight;  // gradients of the probabilities are theirs
    HeadRows factors, out;
    int64_t width, value_width;
    float scale;
    const float *log_sum_exp, *means;

    static constexpr bool OWNS_QUERIES = BY == By::QUERIES, SLOPES = BY != By::VALUES;

    template <typename Team>
    BATON_CUDA_FUNCTION void operator()(const Team& team, Shared& shared, int64_t item) const {
        int64_t columns = SLOPES ? width : value_width;
        TileOfHead tile(item, head.heads, OWNS_QUERIES ? head.queries : head.keys, columns, COLUMNS);
        int64_t keys = head.keys_of(tile.example);
        int64_t own_end = OWNS_QUERIES ? head.queries : head.keys, start = 0, end = OWNS_QUERIES ? keys : head.queries;
        Rows mine = own.rows(tile.example, tile.head, tile.first, own_end);
        if (OWNS_QUERIES) {
            end = head.causal && tile.first + mine.count < end ? tile.first + mine.count : end;
        } else {
            start = head.causal ? tile.first : 0;
            end = tile.first < keys ? end : 0;
        }
        Sums<Team, COLUMNS> sums;
        sums.clear();
        for (int64_t first = start; first < end; first += TILE_ROWS) {
            weigh(team, shared, tile, mine, other.rows(tile.example, tile.head, first, end), first, keys);
            Rows right = factors.rows(tile.example, tile.head, first, end);
            right.from += tile.slice;
            add_product<COLUMNS>(team, shared.weights, mine.count, right, columns - tile.slice, shared.factors, sums);
        }
        sums.store(team, out.at(tile.example, tile.head, tile.first) + tile.slice, out.position, mine.count,
                   columns - tile.slice);
    }

    template <typename Team>
    BATON_CUDA_FUNCTION void weigh(const Team& team, Shared& shared, const TileOfHead& tile, const Rows& mine,
                                   const Rows& others, int64_t first, int64_t keys) const {
        Sums<Team, TILE_ROWS> scores, by_weights;
        multiply_rows(team, mine, others, width, shared.left, shared.right, scores);
        if constexpr (SLOPES) {
            Rows left = own_by_weight.rows(tile.example, tile.head, tile.first, tile.first + mine.count);
            Rows right = other_by_weight.rows(tile.example, tile.head, first, first + others.count);
            multiply_rows(team, left, right, value_width, shared.left, shared.right, by_weights);
        }
        int64_t first_sum = (tile.example * head.heads + tile.head) * head.queries;
        each_square(team, mine.count, whole(others.count, DEPTH), [&](int square, int row, int column) {
            for (int c = 0; c < SIDE; c++) {
                Four weights;
                for (int r = 0; r < SIDE; r++) {
                    int64_t mine_at = tile.first + row + r, other_at = first + column + c;
                    int64_t query = OWNS_QUERIES ? mine_at : other_at, key = OWNS_QUERIES ? other_at : mine_at;
                    float weight = 0;
                    if (row + r < mine.count && column + c < others.count && key < keys &&
                        head.visible(tile.example, tile.head, query, key)) {
                        float log_sum = log_sum_exp[first_sum + query];
                        float shift = log_sum == -INFINITY ? 0.0f : log_sum;
                        weight = exponential(scores.at[square][r][c] * scale - shift);
                        if constexpr (SLOPES) {
                            weight = weight * (by_weights.at[square][r][c] - means[first_sum + query]) * scale;
                        }
                    }
                    weights.at[r] = weight;
                }
                shared.weights[column + c][row / SIDE] = weights;
            }
        });
        team.wait();
    }
};

struct AttentionBackward : Command, AttentionBackwardWords {
    Reference means;

    explicit AttentionBackward(Decoder& in)
        : AttentionBackwardWords(in), means(in.scratch<float>(examples * heads * queries)) {}

    const char* name() const override { return "attention backward"; }

    void run(const Run& run) const override {
        each_team<WARP>(run.stream, examples * heads * queries,
                        AddRowProducts{rows_of(run, gradient), rows_of(run, result), heads, queries, value_width,
                                       run.at<float>(means)});
        add<By::QUERIES>(run, queries, width, q, k, gradient, v, k, by_q);
        add<By::KEYS>(run, keys, width, k, q, v, gradient, q, by_k);
        add<By::VALUES>(run, keys, value_width, k, q, v, gradient, gradient, by_v);
    }

    template <By BY>
    void add(const Run& run, int64_t positions, int64_t columns, const Heads& own, const Heads& other,
             const Heads& own_by_weight, const Heads& other_by_weight, const Heads& factors, const Heads& out) const {
        with_columns(columns, [&](auto columns_of_team) {
            constexpr int COLUMNS = decltype(columns_of_team)::value;
            each_sharing_team(run.stream, TileOfHead::count(*this, positions, columns, COLUMNS),
                              AddSlopes<BY, COLUMNS>{Visibility(run, *this), rows_of(run, own), rows_of(run, other),
                                                     rows_of(run, own_by_weight), rows_of(run, other_by_weight),
                                                     rows_of(run, factors), rows_of(run, out), width, value_width, scale,
                                                     run.at<float>(log_sum_exp), run.at<float>(means)});
        });
    }
};

}  // namespace

std::unique_ptr<Command> decode_attention_backward(Decoder& in) { return std::make_unique<AttentionBackward>(in); }

}  // namespace baton
