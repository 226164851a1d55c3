// Products of bytes for instruction sets without instructions for them, and what every set does with the sums
// (int8_products.h). Bytes are widened, to 16 bits or 32, so that no sum on the way saturates.
//
// Included once by each instruction set's kernels, inside of an unnamed namespace.

// A number of each output of a panel; the compiler makes as many registers of it as it takes.
typedef int32_t PanelInts __attribute__((vector_size(64)));
typedef uint32_t PanelWords __attribute__((vector_size(64)));
typedef float PanelReals __attribute__((vector_size(64)));
typedef int8_t PanelBytes __attribute__((vector_size(16)));

#if defined(__AVX2__)
// A quad of eight outputs: two sums of two products each for every output.
inline __m256i quads_of(__m256i sums, const int8_t* weights, __m256i left) {
    __m256i right = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(weights)));
    return _mm256_add_epi32(sums, _mm256_madd_epi16(left, right));
}

inline __m256i widened_quad(const uint8_t* left) {
    int32_t quad;
    std::memcpy(&quad, left, sizeof quad);
    return _mm256_broadcastq_epi64(_mm_cvtepi8_epi16(_mm_cvtsi32_si128(quad)));
}

// Two positions with a panel.
template <int POSITIONS>
void multiply_panel(const Int8Block& b, const uint8_t* left, const int8_t* weights, int32_t* out) {
    __m256i sums[POSITIONS][4];
    for (auto& position : sums) {
        for (__m256i& sum : position) sum = _mm256_setzero_si256();
    }
    for (int64_t row = 0; row < b.rows; row++) {
        const uint8_t* from = left + row * b.row_step;
        for (int64_t quad = 0; quad < b.quads; quad++, from += INT8_QUAD, weights += INT8_VECTOR) {
            for (int i = 0; i < POSITIONS; i++) {
                __m256i own = widened_quad(from + i * b.position_step);
                for (int part = 0; part < 4; part++) sums[i][part] = quads_of(sums[i][part], weights + 16 * part, own);
            }
        }
    }
    for (int i = 0; i < POSITIONS; i++) {
        for (int half = 0; half < 2; half++) {
            // Of each four outputs, in the order of the halves of a vector.
            __m256i joined = _mm256_hadd_epi32(sums[i][2 * half], sums[i][2 * half + 1]);
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i * INT8_ROW + 8 * half),
                                _mm256_permute4x64_epi64(joined, 0xd8));
        }
    }
}
#else
// In vectors by hand: of plain loops GCC 12 makes vectors of four positions and reads those that are not there.
template <int POSITIONS>
void multiply_panel(const Int8Block& b, const uint8_t* left, const int8_t* weights, int32_t* out) {
    PanelInts sums[POSITIONS] = {};
    for (int64_t row = 0; row < b.rows; row++) {
        const uint8_t* from = left + row * b.row_step;
        for (int64_t quad = 0; quad < b.quads; quad++, from += INT8_QUAD, weights += INT8_VECTOR) {
            PanelInts quads;
            std::memcpy(&quads, weights, sizeof quads);
            int32_t own[POSITIONS];
            for (int i = 0; i < POSITIONS; i++) std::memcpy(own + i, from + i * b.position_step, sizeof(int32_t));
            // One byte of each quad after the other, its sign with it.
            for (int k = 0; k < INT8_QUAD; k++) {
                PanelInts right = quads << (24 - 8 * k) >> 24;
                for (int i = 0; i < POSITIONS; i++) sums[i] += right * static_cast<int8_t>(own[i] >> 8 * k);
            }
        }
    }
    for (int i = 0; i < POSITIONS; i++) std::memcpy(out + i * INT8_ROW, sums + i, sizeof sums[i]);
}
#endif

void int8_multiply(const Int8Block& b) {
    for (int64_t line = 0; line < b.lines; line++) {
        for (int64_t panel = 0; panel < b.panels; panel++) {
            const int8_t* weights = b.weights + panel * b.rows * b.quads * INT8_VECTOR;
            int32_t* sums = b.sums + line * b.positions * INT8_ROW + panel * INT8_OUTPUTS;
            const uint8_t* left = b.left + line * b.line_step;
            int64_t i = 0;
            for (; i + 2 <= b.positions; i += 2) {
                multiply_panel<2>(b, left + i * b.position_step, weights, sums + i * INT8_ROW);
            }
            if (i < b.positions) multiply_panel<1>(b, left + i * b.position_step, weights, sums + i * INT8_ROW);
        }
    }
}

inline void rectify(PanelReals& x) {
    float* numbers = reinterpret_cast<float*>(&x);
    for (int64_t i = 0; i < INT8_OUTPUTS; i += Vector::LANES) {
        Vector own = Vector::load(numbers + i);
        own.rectify();
        own.store(numbers + i);
    }
}

// Reals of a panel's bytes, and bytes of its reals: floor(x), at least -128 and at most 127, 0 for NaN.
#if defined(__AVX2__) && !defined(__AVX512F__)
// By hand: of comparisons of vectors that are longer than registers GCC 12 makes one of each number.
inline const __m256& half_of(const PanelReals& x, int half) { return reinterpret_cast<const __m256*>(&x)[half]; }

inline void to_reals(const PanelBytes& bytes, PanelReals& to) {
    __m256* halves = reinterpret_cast<__m256*>(&to);
    const __m128i all = reinterpret_cast<const __m128i&>(bytes);
    halves[0] = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(all));
    halves[1] = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(all, 8)));
}

inline void to_bytes(const PanelReals& x, PanelBytes& to) {
    auto whole = [&](int half) {
        __m256 limited = _mm256_max_ps(_mm256_min_ps(half_of(x, half), _mm256_set1_ps(127)), _mm256_set1_ps(-128));
        __m256 number = _mm256_cmp_ps(half_of(x, half), half_of(x, half), _CMP_ORD_Q);
        return _mm256_cvttps_epi32(_mm256_and_ps(_mm256_floor_ps(limited), number));
    };
    __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(whole(0), whole(1)), 0xd8);
    __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    to = reinterpret_cast<PanelBytes>(bytes);
}
#else
// As many numbers of a panel as a register holds.
#if defined(__AVX512F__)
typedef PanelInts PartInts;
typedef PanelReals PartReals;
typedef PanelBytes PartBytes;
#else
typedef int32_t PartInts __attribute__((vector_size(16)));
typedef float PartReals __attribute__((vector_size(16)));
typedef int8_t PartBytes __attribute__((vector_size(4)));
#endif
constexpr size_t PARTS = sizeof(PanelReals) / sizeof(PartReals);

inline void to_reals(const PanelBytes& bytes, PanelReals& to) {
    to = __builtin_convertvector(__builtin_convertvector(bytes, PanelInts), PanelReals);
}

inline void to_bytes(const PanelReals& x, PanelBytes& to) {
    for (size_t part = 0; part < PARTS; part++) {
        PartReals own;
        std::memcpy(&own, reinterpret_cast<const char*>(&x) + part * sizeof own, sizeof own);
        own = own > 127 ? PartReals{} + 127 : own;
        own = own < -128 ? PartReals{} - 128 : own;
        own = own == own ? own : PartReals{};
        PartInts whole = __builtin_convertvector(own, PartInts);
        // What was cut off of a negative number was rounded up: a comparison that holds is -1.
        whole += own < __builtin_convertvector(whole, PartReals);
        PartBytes bytes = __builtin_convertvector(whole, PartBytes);
        std::memcpy(reinterpret_cast<char*>(&to) + part * sizeof bytes, &bytes, sizeof bytes);
    }
}
#endif

enum class Added { NOTHING, BYTES, REALS };

// The panel of every position that begins at an output; what lies behind the last output is computed and not written.
template <Added ADDED, bool BYTES, bool WHOLE>
void finish_panel(const Int8Finish& f, const int32_t* sums, int64_t from) {
    const int64_t count = WHOLE ? INT8_OUTPUTS : f.outputs - from;
    PanelWords bias = {};
    PanelReals scales = {};
    std::memcpy(&bias, f.bias + from, static_cast<size_t>(count) * sizeof(int32_t));
    std::memcpy(&scales, f.scales + from, static_cast<size_t>(count) * sizeof(float));
    // Bytes that are written may be anything's, as far as the compiler knows, so nothing is read of f meanwhile.
    const Int8Finish own = f;
    auto numbers = [&](int64_t i, PanelReals& reals) {
        // A sum that wraps around, as Java's do, is one of a damaged plan.
        PanelWords sum;
        std::memcpy(&sum, sums + i * INT8_ROW + from, sizeof sum);
        reals = __builtin_convertvector(reinterpret_cast<PanelInts>(sum + bias), PanelReals) * scales;
        if constexpr (ADDED == Added::BYTES) {
            PanelBytes bytes = {};
            std::memcpy(&bytes, own.addend + i * own.step + from, static_cast<size_t>(count));
            PanelReals units;
            to_reals(bytes, units);
            reals += (units - own.addend_zero) * own.addend_scale;
        } else if constexpr (ADDED == Added::REALS) {
            PanelReals addend = {};
            std::memcpy(&addend, own.real_addend + i * own.step + from, static_cast<size_t>(count) * sizeof(float));
            reals += addend;
        }
    };
    auto write = [&](int64_t i, PanelReals& reals) {
        if constexpr (BYTES) {
            PanelBytes bytes;
            reals = reals * own.inverse_scale + own.shift;
            to_bytes(reals, bytes);
            std::memcpy(own.bytes + i * own.step + from, &bytes, static_cast<size_t>(count));
        } else {
            std::memcpy(own.reals + i * own.step + from, &reals, static_cast<size_t>(count) * sizeof(float));
        }
    };
    if (own.activation == Function::COPY || own.activation == Function::RELU) {
        bool rectified = own.activation == Function::RELU;
        for (int64_t i = 0; i < own.positions; i++) {
            PanelReals reals;
            numbers(i, reals);
            if (rectified) rectify(reals);
            write(i, reals);
        }
        return;
    }
    // Other functions are those of regions, over as many numbers as make them worth calling.
    constexpr int64_t AT_ONCE = 16;
    PanelReals some[AT_ONCE];
    Instruction activation{};
    activation.function = own.activation;
    for (int64_t first = 0; first < own.positions; first += AT_ONCE) {
        int64_t rows = std::min(AT_ONCE, own.positions - first);
        for (int64_t i = 0; i < rows; i++) numbers(first + i, some[i]);
        floating(activation, some, nullptr, some, rows * INT8_OUTPUTS);
        for (int64_t i = 0; i < rows; i++) write(first + i, some[i]);
    }
}

template <Added ADDED, bool BYTES>
void finish_outputs(const Int8Finish& f, const int32_t* sums) {
    for (int64_t from = 0; from < f.outputs; from += INT8_OUTPUTS) {
        auto finish = from + INT8_OUTPUTS <= f.outputs ? finish_panel<ADDED, BYTES, true> : finish_panel<ADDED, BYTES, false>;
        finish(f, sums, from);
    }
}

template <Added ADDED>
void finish_with(const Int8Finish& f, const int32_t* sums) {
    auto finish = f.bytes != nullptr ? finish_outputs<ADDED, true> : finish_outputs<ADDED, false>;
    finish(f, sums);
}

void int8_finish(const Int8Finish& f, const int32_t* sums) {
    auto finish = f.addend != nullptr        ? finish_with<Added::BYTES>
                  : f.real_addend != nullptr ? finish_with<Added::REALS>
                                             : finish_with<Added::NOTHING>;
    finish(f, sums);
}

// Bytes with some of their bits turned around.
void int8_copy(const int8_t* from, int64_t count, uint8_t flipped, uint8_t* to) {
    for (int64_t i = 0; i < count; i++) to[i] = static_cast<uint8_t>(static_cast<uint8_t>(from[i]) ^ flipped);
}
