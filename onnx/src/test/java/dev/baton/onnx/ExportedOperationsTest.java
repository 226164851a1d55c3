package dev.baton.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.AveragePool;
import dev.baton.composite.MaxPool;
import dev.baton.composite.Window;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.nn.GRU;
import dev.baton.nn.LSTM;
import dev.baton.nn.RecurrentLayers;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every operation of the op table gives the same in ONNX Runtime, or is refused in words. */
class ExportedOperationsTest {

    /** What only steps that learn have. */
    private static final Set<Primitive> REFUSED =
            Set.of(Primitive.RANDOM_UNIFORM, Primitive.FOLD, Primitive.SCATTER_ADD);

    private static final Set<Primitive> OF_BOOLS = Set.of(Primitive.NOT, Primitive.AND, Primitive.OR, Primitive.ALL);

    private static final Set<Primitive> COMPARISONS =
            Set.of(Primitive.EQUAL, Primitive.LESS, Primitive.LESS_EQUAL, Primitive.IS_FINITE);

    @TempDir
    Path folder;

    private static Value input(GraphBuilder builder, String name, DType dtype, Object... dims) {
        Shape shape = Shape.of(java.util.Arrays.stream(dims)
                .map(dim -> dim instanceof Integer size ? Dim.of(size) : Dim.symbol((String) dim))
                .toList());
        return builder.input(name, new TensorType(dtype, shape));
    }

    private void compare(GraphBuilder builder, Map<String, NDArray> inputs) {
        Graph graph = builder.build();
        Path file = folder.resolve("operation.onnx");
        try (var session = Session.open("cpu")) {
            Onnx.save(session, graph, file);
            Map<String, NDArray> ours = Forward.run(session, graph, inputs);
            Map<String, NDArray> theirs = OnnxRuntime.run(file, inputs);
            assertThat(theirs.keySet()).isEqualTo(ours.keySet());
            ours.forEach((name, array) -> {
                assertThat(array.dtype()).isEqualTo(theirs.get(name).dtype());
                Forward.assertClose(array, theirs.get(name), 1e-5);
            });
        }
    }

    /** What an operation is given and how it is set. */
    private static Value apply(Emitter emit, Primitive primitive, Value a, Value b, Value condition) {
        return switch (primitive) {
            case CONSTANT -> emit.constant(NDArray.of(Shape.of(2), 1.5f, -2f));
            case SIZE -> emit.size(a.shape(), DType.FLOAT32);
            case IOTA -> emit.iota(a.shape().dim(0), DType.INT32);
            case RESHAPE -> emit.reshape(a, Shape.of(List.of(a.shape().dim(0), Dim.of(2), Dim.of(3))));
            case TRANSPOSE -> emit.transpose(a, 1, 0);
            case BROADCAST -> emit.broadcast(a, a.shape().prepend(Dim.of(2)));
            case SLICE -> emit.slice(a, 1, 2, 5);
            case WINDOWS -> emit.windows(a, new long[] {2}, new long[] {2}, new long[] {3});
            case PAD -> emit.pad(a, new long[] {0, 1}, new long[] {0, 2}, 7);
            case CONCAT -> emit.concat(1, a, b, a);
            case CAST -> emit.cast(a, DType.INT32);
            case SELECT -> emit.select(condition, a, b);
            case SUM, REDUCE_MAX, ARGMAX -> emit.reduce(primitive, a, 1);
            case ALL -> emit.reduce(primitive, condition, 1);
            case MATMUL -> emit.matmul(a, b, false, true);
            case GATHER -> emit.gather(a, emit.constant(NDArray.of(new int[] {1, 0, 1})), Double.NaN);
            case NOT -> emit.apply(primitive, condition);
            case AND, OR -> emit.apply(primitive, condition, emit.less(a, b));
            // Where these are defined.
            case LOG, SQRT, RSQRT, LOG1P -> emit.apply(primitive, emit.apply(Primitive.ABS, a));
            case POW -> emit.apply(primitive, emit.apply(Primitive.ABS, a), b);
            default -> primitive.arity() == 1 ? emit.apply(primitive, a) : emit.apply(primitive, a, b);
        };
    }

    @Test
    void everyOperation() {
        Set<Primitive> compared = new LinkedHashSet<>();
        for (Primitive primitive : Primitive.values()) {
            boolean leaf = primitive == Primitive.INPUT || primitive == Primitive.VARIABLE;
            if (leaf || REFUSED.contains(primitive)) {
                continue;
            }
            var builder = new GraphBuilder();
            Value a = input(builder, "a", DType.FLOAT32, "N", 6);
            Value b = input(builder, "b", DType.FLOAT32, "N", 6);
            Value condition = input(builder, "condition", DType.BOOL, "N", 6);
            builder.output("result", apply(new Emitter(builder), primitive, a, b, condition));
            var inputs = new HashMap<String, NDArray>();
            inputs.put("a", Forward.random(DType.FLOAT32, Shape.of(3, 6), 0, 1));
            inputs.put("b", Forward.random(DType.FLOAT32, Shape.of(3, 6), 0, 2));
            inputs.put("condition", Forward.random(DType.BOOL, Shape.of(3, 6), 2, 3));
            compare(builder, inputs);
            compared.add(primitive);
        }
        assertThat(compared).containsAll(OF_BOOLS).containsAll(COMPARISONS).hasSizeGreaterThan(40);
    }

    @Test
    void whatHasNoOperatorIsRefused() {
        var builder = new GraphBuilder();
        Value windows = input(builder, "x", DType.FLOAT32, "N", 3, 2);
        Value folded = new Emitter(builder)
                .fold(windows, Shape.of(List.of(Dim.symbol("N"), Dim.of(4))), new long[] {1}, new long[] {1});
        builder.output("result", folded);
        Path file = folder.resolve("none.onnx");
        try (var session = Session.open("cpu")) {
            assertThatThrownBy(() -> Onnx.save(session, builder.build(), file))
                    .isInstanceOf(BatonException.class)
                    .hasMessageContaining("ONNX has no operator for %1 = fold(%0");
            var learning = new GraphBuilder();
            Value variable = learning.variable(
                    "w", new TensorType(DType.FLOAT32, Shape.of(1)), seed -> NDArray.of(new float[] {1}));
            learning.assign(variable, new Emitter(learning).neg(variable));
            assertThatThrownBy(() -> Onnx.save(session, learning.build(), file))
                    .isInstanceOf(BatonException.class)
                    .hasMessageContaining("not a step that changes variables");
        }
        assertThat(file).doesNotExist();
    }

    /** Where the obvious forms lose every digit. */
    @Test
    void exactNearZero() {
        var builder = new GraphBuilder();
        Value x = input(builder, "x", DType.FLOAT32, 6);
        var emit = new Emitter(builder);
        builder.output("expm1", emit.apply(Primitive.EXPM1, x));
        builder.output("log1p", emit.apply(Primitive.LOG1P, x));
        var values = new float[] {1e-7f, -1e-7f, 3e-4f, -0.5f, 40, 0};
        Graph graph = builder.build();
        Path file = folder.resolve("near.onnx");
        try (var session = Session.open("cpu")) {
            Onnx.save(session, graph, file);
            var theirs = OnnxRuntime.run(file, Map.of("x", NDArray.of(values)));
            for (int i = 0; i < values.length; i++) {
                double expm1 = Math.expm1(values[i]);
                double log1p = Math.log1p(values[i]);
                assertThat(Math.abs(theirs.get("expm1").get(i) - expm1)).isLessThanOrEqualTo(1e-6 * Math.abs(expm1));
                if (values[i] > -1) {
                    assertThat(Math.abs(theirs.get("log1p").get(i) - log1p))
                            .isLessThanOrEqualTo(1e-6 * Math.abs(log1p));
                }
            }
        }
    }

    @Test
    void isFinite() {
        var builder = new GraphBuilder();
        Value x = input(builder, "x", DType.FLOAT32, 4);
        builder.output("finite", new Emitter(builder).apply(Primitive.IS_FINITE, x));
        float infinity = Float.POSITIVE_INFINITY;
        compare(builder, Map.of("x", NDArray.of(new float[] {1, Float.NaN, infinity, -infinity})));
    }

    /** Several outputs of one value, an output that is an input, and one that is smaller in the file than it is. */
    @Test
    void outputs() {
        var builder = new GraphBuilder();
        Value x = input(builder, "x", DType.FLOAT32, "N", 3);
        var emit = new Emitter(builder);
        Value y = emit.neg(x);
        builder.output("y", y);
        builder.output("again", y);
        builder.output("same", x);
        builder.output("ones", emit.fullLike(x, 1));
        builder.output("sum", emit.add(emit.fullLike(x, 1), emit.fullLike(x, 2)));
        compare(builder, Map.of("x", NDArray.of(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f)));
    }

    /** Dilated means have no operator in this version, and places of the largest are not written: definitions are. */
    @Test
    void definitionsOfPooling() {
        var builder = new GraphBuilder();
        Value x = input(builder, "x", DType.FLOAT32, "N", 2, 7, 6);
        var window = new Window(
                new long[] {2, 2}, new long[] {1, 2}, new long[] {1, 0}, new long[] {0, 1}, new long[] {2, 1});
        var emit = new Emitter(builder);
        Attributes counted = window.attributes().with(AveragePool.COUNT_PADDING, true);
        builder.output("means", emit.apply(AveragePool.FORWARD, counted, x));
        var pooled = builder.add(MaxPool.FORWARD, List.of(x), window.attributes());
        builder.output("largest", pooled.output(0));
        builder.output("places", pooled.output(1));
        compare(builder, Map.of("x", Forward.random(DType.FLOAT32, Shape.of(3, 2, 7, 6), 0, 1)));
    }

    /** The states that recurrences start from and end with. */
    @Test
    void statesOfRecurrences() {
        var lstm = new LSTM(4, 3, RecurrentLayers.of(2).bidirectional()).named("lstm");
        var gru = new GRU(4, 3).named("gru");
        var builder = new GraphBuilder();
        Tensor x = Tensor.of(builder, input(builder, "x", DType.FLOAT32, "N", 5, 4));
        Tensor hidden = Tensor.of(builder, input(builder, "hidden", DType.FLOAT32, 4, "N", 3));
        Tensor cell = Tensor.of(builder, input(builder, "cell", DType.FLOAT32, 4, "N", 3));
        Tensor first = Tensor.of(builder, input(builder, "first", DType.FLOAT32, 1, "N", 3));
        var result = ((LSTM) lstm).run(x, new LSTM.State(hidden, cell));
        builder.output("outputs", result.outputs().value());
        builder.output("last hidden", result.state().hidden().value());
        builder.output("last cell", result.state().cell().value());
        var gated = ((GRU) gru).run(x, first);
        builder.output("gru outputs", gated.outputs().value());
        builder.output("gru hidden", gated.hidden().value());
        var inputs = new LinkedHashMap<String, NDArray>();
        inputs.put("x", Forward.random(DType.FLOAT32, Shape.of(2, 5, 4), 0, 1));
        inputs.put("hidden", Forward.random(DType.FLOAT32, Shape.of(4, 2, 3), 0, 2));
        inputs.put("cell", Forward.random(DType.FLOAT32, Shape.of(4, 2, 3), 0, 3));
        inputs.put("first", Forward.random(DType.FLOAT32, Shape.of(1, 2, 3), 0, 4));
        compare(builder, inputs);
    }

    /** An LSTM whose inputs were not multiplied before, and one of which all cells are read: step by step. */
    @Test
    void definitionsOfRecurrences() {
        var builder = new GraphBuilder();
        Value projected = input(builder, "projected", DType.FLOAT32, "N", 3, 8);
        Value state = input(builder, "state", DType.FLOAT32, "N", 2);
        Value weight = input(builder, "weight", DType.FLOAT32, 2, 8);
        var node = builder.add(
                dev.baton.composite.Lstm.FORWARD,
                List.of(projected, state, state, weight),
                dev.baton.composite.Recurrence.direction(true));
        builder.output("outputs", node.output(0));
        builder.output("cells", node.output(1));
        var inputs = new LinkedHashMap<String, NDArray>();
        inputs.put("projected", Forward.random(DType.FLOAT32, Shape.of(2, 3, 8), 0, 1));
        inputs.put("state", Forward.random(DType.FLOAT32, Shape.of(2, 2), 0, 2));
        inputs.put("weight", Forward.random(DType.FLOAT32, Shape.of(2, 8), 0, 3));
        compare(builder, inputs);
    }

    @Test
    void namesThatMeetAreToldApart() {
        var builder = new GraphBuilder();
        Value x = input(builder, "Neg", DType.FLOAT32, "N", 2);
        var emit = new Emitter(builder);
        builder.output("Exp", emit.neg(emit.neg(x)));
        builder.output("Abs", emit.apply(Primitive.EXP, x));
        compare(builder, Map.of("Neg", NDArray.of(Shape.of(1, 2), 1f, 2f)));
        var twice = new GraphBuilder();
        Value one = input(twice, "x", DType.FLOAT32, "N", 2);
        twice.output("x", new Emitter(twice).neg(one));
        try (var session = Session.open("cpu")) {
            assertThatThrownBy(() -> Onnx.save(session, twice.build(), folder.resolve("twice.onnx")))
                    .isInstanceOf(BatonException.class)
                    .hasMessageContaining("'x' is more than one of the inputs, outputs and variables");
        }
    }
}
