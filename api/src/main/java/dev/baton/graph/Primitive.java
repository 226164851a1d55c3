package dev.baton.graph;

import java.util.List;

/**
 * The op table. Everything a graph can compute is one of these or a {@link Composite} of them. A row gives the arity,
 * the dtype and shape rule, the gradient rule and the count of operations.
 */
public enum Primitive implements Operation {
    // Leaves
    /** A named value that the caller hands in; attribute {@code name}. */
    INPUT(0, Kind.LEAF, TypeRules.DECLARED, null, Counts.NONE),
    /** The value of a session's variable at the start of the step; attribute {@code name}. */
    VARIABLE(0, Kind.LEAF, TypeRules.DECLARED, null, Counts.NONE),
    /** A fixed array; attribute {@code value}. */
    CONSTANT(0, Kind.LEAF, TypeRules.CONSTANT, null, Counts.NONE),
    /** The number of elements of attribute {@code shape}, as a scalar of attribute {@code dtype}. */
    SIZE(0, Kind.LEAF, TypeRules.SIZE, null, Counts.NONE),
    /** 0, 1, 2, ... in the one dimension of attribute {@code shape}. */
    IOTA(0, Kind.LEAF, TypeRules.IOTA, null, Counts.NONE),
    /** Uniform in [0, 1) from the scalars seed and step and attribute {@code stream}; see docs/architecture.md. */
    RANDOM_UNIFORM(2, Kind.ELEMENTWISE, TypeRules.RANDOM, GradientRules.NONE, Counts.RANDOM),

    // Movement
    /** The same elements, in the same order, in another shape; attribute {@code shape}. */
    RESHAPE(1, Kind.MOVEMENT, TypeRules.RESHAPE, GradientRules::reshape, Counts.NONE),
    /** Dimension i of the result is dimension {@code axes[i]} of the input. */
    TRANSPOSE(1, Kind.MOVEMENT, TypeRules.TRANSPOSE, GradientRules::transpose, Counts.NONE),
    /** Repeats along dimensions of size 1 and new leading ones; attribute {@code shape}. */
    BROADCAST(1, Kind.MOVEMENT, TypeRules.BROADCAST, GradientRules::broadcast, Counts.NONE),
    /** The part of attribute {@code shape} that begins at attribute {@code starts}, an index for each dimension. */
    SLICE(1, Kind.MOVEMENT, MovementRules.SLICE, MovementRules::sliceGradient, Counts.NONE),
    /**
     * Sliding windows over the last dimensions, as many as attribute {@code kernel} has sizes: [..., S] -> [..., O, K]
     * with O = (S - dilation (K - 1) - 1) / stride + 1 windows of K elements each; attributes {@code stride} and
     * {@code dilation}, one number for each of these dimensions.
     */
    WINDOWS(1, Kind.MOVEMENT, MovementRules.WINDOWS, MovementRules::windowsGradient, Counts.NONE),
    /** Attribute {@code before} and {@code after} elements of attribute {@code value} around every dimension. */
    PAD(1, Kind.WHOLE, MovementRules.PAD, MovementRules::padGradient, Counts.NONE),
    /** The operands one after the other along attribute {@code axis}. */
    CONCAT(Primitive.ANY, Kind.WHOLE, MovementRules.CONCAT, MovementRules::concatGradient, Counts.NONE),
    /**
     * Adds windows up where they came from: [..., O, K] -> [..., S], the transpose of {@link #WINDOWS}; attributes
     * {@code shape}, {@code stride} and {@code dilation}.
     */
    FOLD(1, Kind.WHOLE, MovementRules.FOLD, MovementRules::foldGradient, Counts.REDUCTION),
    /** Converts to attribute {@code dtype}; to integers as Java does: towards zero, saturating, NaN gives 0. */
    CAST(1, Kind.ELEMENTWISE, TypeRules.CAST, GradientRules::cast, Counts.ELEMENTWISE),

    // Unary
    NEG(1, Kind.ELEMENTWISE, TypeRules.NUMERIC, GradientRules::neg, Counts.ELEMENTWISE),
    ABS(1, Kind.ELEMENTWISE, TypeRules.NUMERIC, GradientRules::abs, Counts.ELEMENTWISE),
    SIGN(1, Kind.ELEMENTWISE, TypeRules.NUMERIC, GradientRules.NONE, Counts.ELEMENTWISE),
    FLOOR(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules.NONE, Counts.ELEMENTWISE),
    EXP(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::exp, Counts.ELEMENTWISE),
    LOG(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::log, Counts.ELEMENTWISE),
    /** exp(x) - 1, exact near 0. */
    EXPM1(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::expm1, Counts.ELEMENTWISE),
    /** log(1 + x), exact near 0. */
    LOG1P(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::log1p, Counts.ELEMENTWISE),
    SQRT(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::sqrt, Counts.ELEMENTWISE),
    RSQRT(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::rsqrt, Counts.ELEMENTWISE),
    RECIPROCAL(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::reciprocal, Counts.ELEMENTWISE),
    TANH(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::tanh, Counts.ELEMENTWISE),
    SIGMOID(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::sigmoid, Counts.ELEMENTWISE),
    ERF(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::erf, Counts.ELEMENTWISE),
    SIN(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::sin, Counts.ELEMENTWISE),
    COS(1, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::cos, Counts.ELEMENTWISE),
    IS_FINITE(1, Kind.ELEMENTWISE, TypeRules.FLOATING_TEST, GradientRules.NONE, Counts.ELEMENTWISE),
    NOT(1, Kind.ELEMENTWISE, TypeRules.LOGIC, GradientRules.NONE, Counts.ELEMENTWISE),

    // Binary; both operands have one type
    ADD(2, Kind.ELEMENTWISE, TypeRules.NUMERIC, GradientRules::add, Counts.ELEMENTWISE),
    SUB(2, Kind.ELEMENTWISE, TypeRules.NUMERIC, GradientRules::sub, Counts.ELEMENTWISE),
    MUL(2, Kind.ELEMENTWISE, TypeRules.NUMERIC, GradientRules::mul, Counts.ELEMENTWISE),
    DIV(2, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::div, Counts.ELEMENTWISE),
    POW(2, Kind.ELEMENTWISE, TypeRules.FLOATING, GradientRules::pow, Counts.ELEMENTWISE),
    /** The larger one; NaN where either is NaN. The gradient of equal operands goes half to each. */
    MAX(2, Kind.ELEMENTWISE, TypeRules.NUMERIC, GradientRules::extremum, Counts.ELEMENTWISE),
    /** The smaller one; NaN where either is NaN. The gradient of equal operands goes half to each. */
    MIN(2, Kind.ELEMENTWISE, TypeRules.NUMERIC, GradientRules::extremum, Counts.ELEMENTWISE),
    EQUAL(2, Kind.ELEMENTWISE, TypeRules.COMPARISON, GradientRules.NONE, Counts.ELEMENTWISE),
    LESS(2, Kind.ELEMENTWISE, TypeRules.COMPARISON, GradientRules.NONE, Counts.ELEMENTWISE),
    LESS_EQUAL(2, Kind.ELEMENTWISE, TypeRules.COMPARISON, GradientRules.NONE, Counts.ELEMENTWISE),
    AND(2, Kind.ELEMENTWISE, TypeRules.LOGIC, GradientRules.NONE, Counts.ELEMENTWISE),
    OR(2, Kind.ELEMENTWISE, TypeRules.LOGIC, GradientRules.NONE, Counts.ELEMENTWISE),
    /** {@code select(condition, a, b)}: a where the condition holds, else b. */
    SELECT(3, Kind.ELEMENTWISE, TypeRules.SELECT, GradientRules::select, Counts.ELEMENTWISE),

    // Reductions over attribute axes, which are removed
    SUM(1, Kind.REDUCTION, TypeRules.REDUCE_FLOATING, GradientRules::sum, Counts.REDUCTION),
    /** The largest; NaN where there is one. The gradient is shared equally among equal largest elements. */
    REDUCE_MAX(1, Kind.REDUCTION, TypeRules.REDUCE_FLOATING, GradientRules::reduceMax, Counts.REDUCTION),
    /** Whether all hold. */
    ALL(1, Kind.REDUCTION, TypeRules.REDUCE_LOGIC, GradientRules.NONE, Counts.REDUCTION),
    /** The INT32 index of the largest element along the one axis; the first of equals, NaN counts as largest. */
    ARGMAX(1, Kind.REDUCTION, TypeRules.ARGMAX, GradientRules.NONE, Counts.REDUCTION),

    // Rows by their number
    /**
     * Rows of a table: [V, ...] and int32 indices [...] -> [indices, ...]. Where an index is no row of the table, the
     * result is attribute {@code outside}; 0 in a type without NaN where that is NaN.
     */
    GATHER(2, Kind.WHOLE, MovementRules.GATHER, MovementRules::gatherGradient, Counts.NONE),
    /**
     * Adds rows up at their numbers: int32 indices [...] and rows [indices, ...] -> attribute {@code shape} [V, ...],
     * the transpose of {@link #GATHER}. Rows whose index is not in 0 .. V - 1 are left out.
     */
    SCATTER_ADD(2, Kind.WHOLE, MovementRules.SCATTER_ADD, MovementRules::scatterAddGradient, Counts.SCATTER),

    /**
     * [..., m, k] x [..., k, n] with equal leading dimensions; flags {@code transposeA}, {@code transposeB}, {@link
     * #BFLOAT16}.
     */
    MATMUL(2, Kind.MATMUL, TypeRules.MATMUL, GradientRules::matmul, Counts.MATMUL);

    /** How the compiler may treat an operation. */
    public enum Kind {
        LEAF,
        MOVEMENT,
        ELEMENTWISE,
        REDUCTION,
        MATMUL,
        /** Runs by itself: nothing is fused with it. */
        WHOLE
    }

    /** The flag of a product whose factors are rounded first: see {@link dev.baton.Precision#BFLOAT16}. */
    public static final String BFLOAT16 = "bfloat16";

    /** The arity of an operation that takes any number of operands, at least one. */
    public static final int ANY = -1;

    private final int arity;
    private final Kind kind;
    private final TypeRules.Rule types;
    private final GradientRule gradient;
    private final Counts count;

    Primitive(int arity, Kind kind, TypeRules.Rule types, GradientRule gradient, Counts count) {
        this.arity = arity;
        this.kind = kind;
        this.types = types;
        this.gradient = gradient;
        this.count = count;
    }

    /** The number of inputs; {@link #ANY} where one or more will do. */
    public int arity() {
        return arity;
    }

    /** How the compiler may treat it. */
    public Kind kind() {
        return kind;
    }

    @Override
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        if (arity == ANY ? inputs.isEmpty() : inputs.size() != arity) {
            throw new dev.baton.ShapeException(
                    "takes " + (arity == ANY ? "at least one" : arity) + " operands, not " + inputs.size());
        }
        return List.of(types.infer(inputs, attributes));
    }

    @Override
    public GradientRule gradient() {
        return gradient;
    }

    @Override
    public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
        return count.operations(inputs, outputs.get(0), attributes);
    }

    @Override
    public boolean isElementwise() {
        return kind == Kind.ELEMENTWISE;
    }
}
