package dev.baton.cost;

import dev.baton.DType;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.composite.Activations;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.program.Kernel;
import dev.baton.program.Program;
import dev.baton.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures how fast a backend runs kernels on this machine, in at most ten seconds. It knows nothing of any model: its
 * kernels are those of the {@link Probes}, layers of usual sizes by themselves.
 */
final class Calibration {

    /** Seconds for all kernels by themselves; what takes longer than expected leaves less for the rest. */
    private static final double BUDGET = 8.5;

    private static final double MEMORY_BUDGET = 0.03;
    private static final double INSTRUCTION_BUDGET = 0.01;

    /** How many bytes the copies of a small kernel touch together: as much as a step of a small network. */
    private static final long TOGETHER = 2 << 20;

    private static final int MOST_COPIES = 16;

    /** Elements of the regions that instructions are measured in: they stay in the nearest caches. */
    private static final long FEW = 16 * 1024;

    private static final int REPEATS = 6;

    /** How often each kernel is measured, and the seconds that this takes at least. */
    private static final int TIMES = 2;

    private static final double MEASUREMENT = 0.005;

    private static final List<Operation> INSTRUCTIONS = List.of(
            Primitive.EXP,
            Primitive.LOG,
            Primitive.EXPM1,
            Primitive.LOG1P,
            Primitive.SQRT,
            Primitive.RSQRT,
            Primitive.RECIPROCAL,
            Primitive.TANH,
            Primitive.SIGMOID,
            Primitive.ERF,
            Primitive.SIN,
            Primitive.COS,
            Activations.RELU,
            Activations.GELU,
            Activations.GELU_SLOPE,
            Activations.GELU_TANH,
            Activations.GELU_TANH_SLOPE,
            Activations.SILU,
            Activations.SILU_SLOPE,
            Activations.SOFTPLUS);

    private final String backend;
    private final Precision precision;
    private final long start = System.nanoTime();

    private Calibration(Session session) {
        this.backend = session.backend();
        this.precision = session.precision();
    }

    /** Measures the backend of a session, on sessions of its own. */
    static KernelTimes run(Session session) {
        return new Calibration(session).run();
    }

    private KernelTimes run() {
        double run;
        double command;
        Bandwidth reach;
        Map<Operation, Double> instructions;
        Finishing finishing;
        try (var session = open()) {
            var stopwatch = new Stopwatch(session);
            var values = new Isolated();
            // The processor's clock takes some milliseconds to rise.
            stopwatch.seconds(sum(values, 1 << 20), MEMORY_BUDGET);
            double one = stopwatch.seconds(products(values, 1), INSTRUCTION_BUDGET);
            double many = stopwatch.seconds(products(values, 33), INSTRUCTION_BUDGET);
            command = Math.max(0, (many - one) / 32);
            run = Math.max(0, one - command);
            reach = bandwidth(stopwatch, values, run);
            instructions = instructions(stopwatch, values, run);
            finishing = Finishing.measure(stopwatch, values, precision);
        }
        List<KernelTimes.Sample> samples = samples(run);
        double peak = samples.stream()
                .filter(sample -> sample.shape().kind().equals("matmul"))
                .mapToDouble(sample -> sample.shape().operations() / sample.seconds())
                .max()
                .orElseThrow();
        var alone = new KernelTimes(backend, samples, instructions, finishing, 0, reach, peak, run, command);
        try (var session = open()) {
            return alone.with(Handover.measure(alone, session));
        }
    }

    private Session open() {
        return Session.open(backend, 0, precision);
    }

    private double left() {
        return BUDGET - (System.nanoTime() - start) / 1e9;
    }

    /** Small products, each of its own factors: nothing can be fused, and hardly anything is computed. */
    private static Graph products(Isolated values, int count) {
        var graph = new GraphBuilder();
        var emit = new Emitter(graph);
        var type = new TensorType(DType.FLOAT32, Shape.of(4, 4));
        for (int i = 0; i < count; i++) {
            graph.output(
                    "product " + i,
                    emit.matmul(
                            values.variable(graph, type, 2 * i),
                            values.variable(graph, type, 2 * i + 1),
                            false,
                            false));
        }
        return values.finished(graph);
    }

    /** One sum of two arrays, three arrays of so many bytes together. */
    private static Graph sum(Isolated values, long bytes) {
        var graph = new GraphBuilder();
        var type = new TensorType(DType.FLOAT32, Shape.of(bytes / 12));
        graph.output("sum", new Emitter(graph).add(values.variable(graph, type, 0), values.variable(graph, type, 1)));
        return values.finished(graph);
    }

    private static Bandwidth bandwidth(Stopwatch stopwatch, Isolated values, double run) {
        double[] sizes = {256 << 10, 1 << 20, 3 << 20, 8 << 20, 16 << 20, 32 << 20, 64 << 20};
        var rates = new double[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            double seconds = stopwatch.seconds(sum(values, (long) sizes[i]), MEMORY_BUDGET) - run;
            rates[i] = sizes[i] / Math.max(1e-9, seconds);
            // What is farther away does not come faster.
            rates[i] = i == 0 ? rates[i] : Math.min(rates[i], rates[i - 1]);
        }
        return new Bandwidth(sizes, rates);
    }

    /** Chains of an operation and a product, beside chains of products alone. */
    private static Map<Operation, Double> instructions(Stopwatch stopwatch, Isolated values, double run) {
        var seconds = new HashMap<Operation, Double>();
        double shorter = stopwatch.seconds(chain(values, null, REPEATS), INSTRUCTION_BUDGET);
        double longer = stopwatch.seconds(chain(values, null, 3 * REPEATS), INSTRUCTION_BUDGET);
        double product = Math.max(1e-13, (longer - shorter) / (2 * REPEATS) / FEW);
        seconds.put(Primitive.MUL, product);
        for (Operation operation : INSTRUCTIONS) {
            double both = stopwatch.seconds(chain(values, operation, REPEATS), INSTRUCTION_BUDGET);
            seconds.put(operation, Math.max(product, (both - shorter) / REPEATS / FEW));
        }
        double division = stopwatch.seconds(divisions(values), INSTRUCTION_BUDGET);
        seconds.put(Primitive.DIV, Math.max(product, (division - shorter) / REPEATS / FEW + product));
        return seconds;
    }

    /** x = f(x) * y, again and again; without a function only the products. */
    private static Graph chain(Isolated values, Operation function, int repeats) {
        return region(values, (emit, x, y) -> {
            Value end = x;
            for (int i = 0; i < repeats; i++) {
                end = emit.mul(function == null ? end : emit.apply(function, end), y);
            }
            return end;
        });
    }

    private static Graph divisions(Isolated values) {
        return region(values, (emit, x, y) -> {
            Value end = x;
            for (int i = 0; i < REPEATS; i++) {
                end = emit.div(end, y);
            }
            return end;
        });
    }

    /** What a region computes from two arrays. */
    @FunctionalInterface
    private interface Expression {
        Value of(Emitter emit, Value x, Value y);
    }

    private static Graph region(Isolated values, Expression expression) {
        var graph = new GraphBuilder();
        var type = new TensorType(DType.FLOAT32, Shape.of(FEW));
        Value x = values.variable(graph, type, 0);
        Value y = values.variable(graph, type, 1);
        graph.output("expression", expression.of(new Emitter(graph), x, y));
        return values.finished(graph);
    }

    /** Every kernel of the probes by itself, each family and size once. */
    private List<KernelTimes.Sample> samples(double run) {
        var groups = new ArrayList<List<Kernel>>();
        var seen = new LinkedHashMap<String, Kernel>();
        try (var session = open()) {
            for (Graph probe : Probes.all()) {
                var kernels = new ArrayList<Kernel>();
                Program program = session.program(probe, Map.of());
                for (Kernel kernel : program.kernels()) {
                    if (!(kernel instanceof Kernel.Elementwise) && seen.putIfAbsent(key(kernel), kernel) == null) {
                        kernels.add(kernel);
                    }
                }
                groups.add(kernels);
            }
        }
        var samples = new LinkedHashMap<String, KernelTimes.Sample>();
        int count = TIMES * seen.size();
        // Once more later: what disturbs one measurement is mostly over by then.
        var turns = Stream.generate(() -> groups).limit(TIMES).flatMap(List::stream);
        for (List<Kernel> group : turns.toList()) {
            // Its own session: the values of the group before are given back.
            try (var session = open()) {
                var stopwatch = new Stopwatch(session);
                var values = new Isolated();
                for (Kernel kernel : group) {
                    double budget = left() / count--;
                    // Beside much other work there may be no time left: the first product is measured all the same.
                    if (budget > 0 || samples.isEmpty()) {
                        samples.merge(
                                key(kernel),
                                measure(stopwatch, values, kernel, run, Math.max(MEASUREMENT, budget)),
                                KernelTimes.Sample::faster);
                    }
                }
            }
        }
        return List.copyOf(samples.values());
    }

    private static String key(Kernel kernel) {
        KernelShape shape = KernelShape.of(kernel);
        return shape.family() + Arrays.toString(shape.sizes()) + Math.round(shape.bytes());
    }

    private static KernelTimes.Sample measure(
            Stopwatch stopwatch, Isolated values, Kernel kernel, double run, double budget) {
        KernelShape shape = KernelShape.of(kernel);
        int copies = (int) Math.max(1, Math.min(MOST_COPIES, TOGETHER / Math.max(1, (long) shape.bytes())));
        double seconds = stopwatch.seconds(values.of(kernel, copies), 0.6 * budget);
        return new KernelTimes.Sample(shape, Math.max(1e-8, (seconds - run) / copies));
    }
}
