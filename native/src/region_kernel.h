// Evaluates a fused expression tile by tile: all instructions on one tile before the next, so that intermediate values
// never leave the first cache. Operands without gaps are read in place; others are gathered into a register first.
// Included once by each instruction set's kernels.


template <typename T>
inline void gather(const Region& region, const Operand& operand, const T* base, int64_t start, int64_t count, T* out) {
    if (operand.repeated) {
        T value = base[0];
        for (int64_t i = 0; i < count; i++) {
            out[i] = value;
        }
        return;
    }
    int last = region.rank - 1;
    int64_t index[MOST_DIMENSIONS];
    int64_t rest = start;
    int64_t offset = 0;
    for (int d = last; d >= 0; d--) {
        index[d] = rest % region.sizes[d];
        rest /= region.sizes[d];
        offset += index[d] * operand.strides[d];
    }
    int64_t step = operand.strides[last];
    while (count > 0) {
        int64_t run = region.sizes[last] - index[last];
        run = run < count ? run : count;
        const T* from = base + offset;
        if (step == 1) {
            for (int64_t i = 0; i < run; i++) out[i] = from[i];
        } else if (step == 0) {
            for (int64_t i = 0; i < run; i++) out[i] = from[0];
        } else {
            for (int64_t i = 0; i < run; i++) out[i] = from[i * step];
        }
        out += run;
        count -= run;
        index[last] += run;
        offset += run * step;
        for (int d = last; d > 0 && index[d] == region.sizes[d]; d--) {
            offset += operand.strides[d - 1] - index[d] * operand.strides[d];
            index[d] = 0;
            index[d - 1]++;
        }
    }
}

inline int64_t offset_of(const Region& region, const Operand& operand, int64_t element) {
    int64_t offset = 0;
    for (int d = region.rank - 1; d >= 0; d--) {
        offset += element % region.sizes[d] * operand.strides[d];
        element /= region.sizes[d];
    }
    return offset;
}

template <typename T>
inline const void* load(const Region& region, const Operand& operand, const char* address, const Block& block, char* reg) {
    const T* base = reinterpret_cast<const T*>(address);
    if (operand.whole && (block.rows == 1 || block.row_step == block.columns)) {
        return base + block.start;
    }
    T* out = reinterpret_cast<T*>(reg);
    if (operand.repeated) {
        gather(region, operand, base, 0, block.rows * block.columns, out);
        return out;
    }
    // Where a row of the block lies is one number: what gather works out element by element is the same for all.
    int64_t width = region.rank == 0 ? 1 : region.sizes[region.rank - 1];
    int64_t column = block.start % width;
    bool in_one_row = column + block.columns <= width && (block.rows == 1 || block.row_step == width);
    if (operand.whole || (operand.row && in_one_row)) {
        const T* from = operand.whole ? base + block.start : base + column;
        int64_t step = operand.whole ? block.row_step : 0;
        for (int64_t row = 0; row < block.rows; row++) {
            std::memcpy(out + row * block.columns, from + row * step, static_cast<size_t>(block.columns) * sizeof(T));
        }
        return out;
    }
    if (operand.turned && in_one_row) {
        const int64_t height = region.sizes[region.rank - 2];
        if (block.start / width % height + block.rows <= height) {
            turn(base + offset_of(region, operand, block.start), operand.strides[region.rank - 1], block.rows, block.columns,
                 out, block.columns);
            return out;
        }
    }
    for (int64_t row = 0; row < block.rows; row++) {
        gather(region, operand, base, block.start + row * block.row_step, block.columns, out + row * block.columns);
    }
    return out;
}

// A result has a register of its own, which no operand lies in. Each loop is a function of its own: among the many cases
// of a switch the compiler takes most of them for cold and does not vectorize them. F is a lambda, so that it is inlined.
template <typename A, typename R, typename F>
__attribute__((noinline)) void map1(const void* a, void* out, int64_t count, F f) {
    const A* x = static_cast<const A*>(a);
    R* y = static_cast<R*>(out);
#pragma GCC ivdep
    for (int64_t i = 0; i < count; i++) y[i] = f(x[i]);
}

template <typename A, typename R, typename F>
__attribute__((noinline)) void map2(const void* a, const void* b, void* out, int64_t count, F f) {
    const A* x = static_cast<const A*>(a);
    const A* z = static_cast<const A*>(b);
    R* y = static_cast<R*>(out);
#pragma GCC ivdep
    for (int64_t i = 0; i < count; i++) y[i] = f(x[i], z[i]);
}

template <typename From>
inline void cast_from(const void* a, Type type, void* out, int64_t n) {
    switch (type) {
        case Type::F32: map1<From, float>(a, out, n, [](From x) { return static_cast<float>(x); }); break;
        case Type::I32: map1<From, int32_t>(a, out, n, [](From x) { return static_cast<int32_t>(x); }); break;
        case Type::I64: map1<From, int64_t>(a, out, n, [](From x) { return static_cast<int64_t>(x); }); break;
        case Type::BOOL: map1<From, uint8_t>(a, out, n, [](From x) { return static_cast<uint8_t>(x != 0); }); break;
        case Type::I8: map1<From, int8_t>(a, out, n, [](From x) { return to_int8(x); }); break;
    }
}

inline void cast_float(const void* a, Type type, void* out, int64_t n) {
    if (type == Type::I32) {
        map1<float, int32_t>(a, out, n, [](float x) { return to_int32(x); });
    } else if (type == Type::I64) {
        map1<float, int64_t>(a, out, n,
                             [](float x) { return to_int64(x); });
    } else {
        cast_from<float>(a, type, out, n);
    }
}

template <typename T>
__attribute__((noinline)) void fill(T value, void* out, int64_t n) {
    T* y = static_cast<T*>(out);
    for (int64_t i = 0; i < n; i++) y[i] = value;
}

inline void number(double x, Type type, void* out, int64_t n) {
    switch (type) {
        case Type::F32: fill(static_cast<float>(x), out, n); break;
        case Type::I32: fill(to_int32(x), out, n); break;
        case Type::I64: fill(to_int64(x), out, n); break;
        case Type::BOOL: fill(static_cast<uint8_t>(x != 0), out, n); break;
        case Type::I8: fill(to_int8(x), out, n); break;
    }
}

// What floats and integers share.
template <typename T>
inline void numeric(const Instruction& one, const void* a, const void* b, void* out, int64_t n) {
    switch (one.function) {
        case Function::NEG: map1<T, T>(a, out, n, [](T x) { return negated(x); }); break;
        case Function::ABS: map1<T, T>(a, out, n, [](T x) { return magnitude(x); }); break;
        case Function::SIGN: map1<T, T>(a, out, n, [](T x) { return x > 0 ? T(1) : x < 0 ? T(-1) : x; }); break;
        case Function::ADD: map2<T, T>(a, b, out, n, [](T x, T y) { return plus(x, y); }); break;
        case Function::SUB: map2<T, T>(a, b, out, n, [](T x, T y) { return minus(x, y); }); break;
        case Function::MUL: map2<T, T>(a, b, out, n, [](T x, T y) { return product(x, y); }); break;
        case Function::MAX: map2<T, T>(a, b, out, n, [](T x, T y) { return larger(x, y); }); break;
        case Function::MIN: map2<T, T>(a, b, out, n, [](T x, T y) { return smaller(x, y); }); break;
        case Function::EQUAL: map2<T, uint8_t>(a, b, out, n, [](T x, T y) { return static_cast<uint8_t>(x == y); }); break;
        case Function::LESS: map2<T, uint8_t>(a, b, out, n, [](T x, T y) { return static_cast<uint8_t>(x < y); }); break;
        case Function::LESS_EQUAL: map2<T, uint8_t>(a, b, out, n, [](T x, T y) { return static_cast<uint8_t>(x <= y); }); break;
        default: break;
    }
}

inline void floating(const Instruction& one, const void* a, const void* b, void* out, int64_t n) {
    switch (one.function) {
        case Function::FLOOR: map1<float, float>(a, out, n, [](float x) { return __builtin_floorf(x); }); break;
        case Function::EXP: map1<float, float>(a, out, n, [](float x) { return exponential(x); }); break;
        case Function::LOG: map1<float, float>(a, out, n, [](float x) { return logarithm(x); }); break;
        case Function::EXPM1: map1<float, float>(a, out, n, [](float x) { return exponential_minus_one(x); }); break;
        case Function::LOG1P: map1<float, float>(a, out, n, [](float x) { return logarithm_of_one_plus(x); }); break;
        case Function::SQRT: map1<float, float>(a, out, n, [](float x) { return __builtin_sqrtf(x); }); break;
        case Function::RSQRT: map1<float, float>(a, out, n, [](float x) { return 1.0f / __builtin_sqrtf(x); }); break;
        case Function::RECIPROCAL: map1<float, float>(a, out, n, [](float x) { return 1.0f / x; }); break;
        case Function::TANH: map1<float, float>(a, out, n, [](float x) { return hyperbolic_tangent(x); }); break;
        case Function::SIGMOID: map1<float, float>(a, out, n, [](float x) { return sigmoid(x); }); break;
        case Function::ERF: map1<float, float>(a, out, n, [](float x) { return error_function(x); }); break;
        case Function::SIN: map1<float, float>(a, out, n, [](float x) { return sinf(x); }); break;
        case Function::COS: map1<float, float>(a, out, n, [](float x) { return cosf(x); }); break;
        case Function::IS_FINITE:
            map1<float, uint8_t>(a, out, n, [](float x) { return static_cast<uint8_t>(is_finite(x)); });
            break;
        case Function::DIV: map2<float, float>(a, b, out, n, [](float x, float y) { return x / y; }); break;
        case Function::POW: map2<float, float>(a, b, out, n, [](float x, float y) { return powf(x, y); }); break;
        case Function::RELU: map1<float, float>(a, out, n, [](float x) { return larger(x, 0.0f); }); break;
        case Function::GELU: map1<float, float>(a, out, n, [](float x) { return gelu(x); }); break;
        case Function::GELU_SLOPE: map1<float, float>(a, out, n, [](float x) { return gelu_slope(x); }); break;
        case Function::GELU_TANH: map1<float, float>(a, out, n, [](float x) { return gelu_tanh(x); }); break;
        case Function::GELU_TANH_SLOPE: map1<float, float>(a, out, n, [](float x) { return gelu_tanh_slope(x); }); break;
        case Function::SILU: map1<float, float>(a, out, n, [](float x) { return silu(x); }); break;
        case Function::SILU_SLOPE: map1<float, float>(a, out, n, [](float x) { return silu_slope(x); }); break;
        default: numeric<float>(one, a, b, out, n); break;
    }
}

inline void logic(const Instruction& one, const void* a, const void* b, void* out, int64_t n) {
    if (one.function == Function::NOT) {
        map1<uint8_t, uint8_t>(a, out, n, [](uint8_t x) { return static_cast<uint8_t>(x ^ 1); });
    } else if (one.function == Function::AND) {
        map2<uint8_t, uint8_t>(a, b, out, n, [](uint8_t x, uint8_t y) { return static_cast<uint8_t>(x & y); });
    } else {
        map2<uint8_t, uint8_t>(a, b, out, n, [](uint8_t x, uint8_t y) { return static_cast<uint8_t>(x | y); });
    }
}

template <typename T>
__attribute__((noinline)) void select(const void* condition, const void* a, const void* b, void* out, int64_t n) {
    const uint8_t* c = static_cast<const uint8_t*>(condition);
    const T* x = static_cast<const T*>(a);
    const T* z = static_cast<const T*>(b);
    T* y = static_cast<T*>(out);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) y[i] = c[i] ? x[i] : z[i];
}

inline void execute(const Instruction& one, const void* const* registers, const Block& block, void* out) {
    int64_t n = block.rows * block.columns;
    const void* a = one.a >= 0 ? registers[one.a] : nullptr;
    const void* b = one.b >= 0 ? registers[one.b] : nullptr;
    const void* c = one.c >= 0 ? registers[one.c] : nullptr;
    int64_t width = size_of(one.type);
    switch (one.function) {
        case Function::COPY: std::memcpy(out, a, static_cast<size_t>(n * width)); return;
        case Function::SELECT:
            if (one.type == Type::F32) select<float>(a, b, c, out, n);
            else if (one.type == Type::I32) select<int32_t>(a, b, c, out, n);
            else if (one.type == Type::I64) select<int64_t>(a, b, c, out, n);
            else select<uint8_t>(a, b, c, out, n);
            return;
        case Function::CAST:
            if (one.argument == Type::F32) cast_float(a, one.type, out, n);
            else if (one.argument == Type::I32) cast_from<int32_t>(a, one.type, out, n);
            else if (one.argument == Type::I64) cast_from<int64_t>(a, one.type, out, n);
            else if (one.argument == Type::I8) cast_from<int8_t>(a, one.type, out, n);
            else cast_from<uint8_t>(a, one.type, out, n);
            return;
        case Function::UNIFORM:
            for (int64_t row = 0; row < block.rows; row++) {
                uniform(*static_cast<const int64_t*>(a), *static_cast<const int64_t*>(b), one.stream,
                        block.start + row * block.row_step, block.columns, static_cast<float*>(out) + row * block.columns);
            }
            return;
        case Function::TO_INT8: {
            Instruction::Scaling s = one.scaling;
            map1<float, int8_t>(a, out, n, [s](float x) { return to_int8(__builtin_floorf(x * s.factor + s.shift)); });
            return;
        }
        case Function::NUMBER:
            number(one.immediate, one.type, out, n);
            return;
        default: break;
    }
    switch (one.argument) {
        case Type::F32: floating(one, a, b, out, n); break;
        case Type::I32: numeric<int32_t>(one, a, b, out, n); break;
        case Type::I64: numeric<int64_t>(one, a, b, out, n); break;
        case Type::BOOL: logic(one, a, b, out, n); break;
        case Type::I8: break;  // the decoder takes no function of bytes that is left here
    }
}

// Results are stored only after everything was computed: an output may lie where an operand does.
void evaluate(const Region& region, char* const* bases, const Block& block, char* memory) {
    const void* registers[MOST_REGISTERS];
    int count = 0;
    for (const Operand& operand : region.operands) {
        char* own = memory + count * REGISTER_BYTES;
        if (!operand.from.exists()) {
            registers[count++] = block.product;
            continue;
        }
        const char* address = bases[operand.from.space] + operand.from.offset;
        // What is stored as one type and read as another of its size may be read before it is stored.
        switch (operand.type) {
            case Type::F32: registers[count] = load<float>(region, operand, address, block, own); break;
            case Type::I32: registers[count] = load<int32_t>(region, operand, address, block, own); break;
            case Type::I64: registers[count] = load<int64_t>(region, operand, address, block, own); break;
            case Type::I8: registers[count] = load<int8_t>(region, operand, address, block, own); break;
            case Type::BOOL: registers[count] = load<uint8_t>(region, operand, address, block, own); break;
        }
        count++;
    }
    for (const Instruction& one : region.instructions) {
        char* own = memory + count * REGISTER_BYTES;
        execute(one, registers, block, own);
        registers[count++] = own;
    }
    for (const Output& output : region.outputs) {
        int64_t width = size_of(output.type);
        char* to = bases[output.to.space] + output.to.offset + block.start * width;
        const char* from = static_cast<const char*>(registers[output.value]);
        for (int64_t row = 0; row < block.rows; row++) {
            std::memmove(to + row * block.row_step * width, from + row * block.columns * width,
                         static_cast<size_t>(block.columns * width));
        }
    }
}
