package dev.baton.check;

import bench.Data;
import dev.baton.BackendException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.runtime.Backends;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import dev.baton.tensor.Tensor;
import java.util.Map;

/**
 * Opens a backend and runs one kernel and one product on it. The status is 0 where both are right, 1 where one is not, 3
 * where the backend cannot be used; then the last line says why.
 */
final class DeviceCheck {

    private static final int UNAVAILABLE = 3;

    /** Odd, so that no block of threads ends where the array does. */
    private static final int ELEMENTS = 1_000_003;

    private static final int ROWS = 301;
    private static final int INNER = 517;
    private static final int COLUMNS = 203;

    /** Of float32. */
    private static final double HALF_UNIT = 0x1p-24;

    private DeviceCheck() {}

    public static void main(String[] arguments) {
        String backend = arguments[0];
        System.out.println(Backends.report());
        try (var session = Session.open(backend)) {
            kernel(session);
            product(session);
            System.out.println(session.device() + "; one kernel and one product are right; " + precisions(backend));
        } catch (BackendException e) {
            // The report has the reason in one line; what fails after the opening is in the exception alone.
            System.out.println(Backends.report()
                    .lines()
                    .filter(line -> line.startsWith(backend + ": not available"))
                    .findFirst()
                    .orElse(e.getMessage()));
            System.exit(UNAVAILABLE);
        }
    }

    private static String precisions(String backend) {
        try (var session = Session.open(backend, 0, Precision.BFLOAT16)) {
            return "products of float32 and " + session.precision();
        } catch (BackendException e) {
            return "products of float32 alone";
        }
    }

    /** 2 x + 1, whose only rounding is that of the sum. */
    private static void kernel(Session session) {
        var graph = new GraphBuilder();
        Tensor x = input(graph, "x", Shape.of(ELEMENTS));
        x.multiply(2).add(1).watch("result");
        float[] inputs = Data.normal(1, ELEMENTS);
        NDArray result = run(session, graph.build(), Shape.of(ELEMENTS), NDArray.of(inputs));
        for (int i = 0; i < ELEMENTS; i++) {
            require("the kernel", i, result.get(i), (float) (2.0 * inputs[i] + 1), 0);
        }
    }

    private static void product(Session session) {
        var graph = new GraphBuilder();
        Tensor a = input(graph, "a", Shape.of(ROWS, INNER));
        Tensor b = input(graph, "b", Shape.of(INNER, COLUMNS));
        a.matmul(b).watch("result");
        float[] left = Data.normal(2, ROWS * INNER);
        float[] right = Data.normal(3, INNER * COLUMNS);
        NDArray result = run(
                session,
                graph.build(),
                Shape.of(ROWS, COLUMNS),
                NDArray.of(Shape.of(ROWS, INNER), left),
                NDArray.of(Shape.of(INNER, COLUMNS), right));
        for (int i = 0; i < ROWS * COLUMNS; i++) {
            double sum = 0;
            double magnitude = 0;
            for (int k = 0; k < INNER; k++) {
                double term = (double) left[i / COLUMNS * INNER + k] * right[k * COLUMNS + i % COLUMNS];
                sum += term;
                magnitude += Math.abs(term);
            }
            require("the product", i, result.get(i), sum, INNER * HALF_UNIT * magnitude);
        }
    }

    private static Tensor input(GraphBuilder graph, String name, Shape shape) {
        return Tensor.of(graph, graph.input(name, new TensorType(DType.FLOAT32, shape)));
    }

    private static NDArray run(Session session, Graph graph, Shape shape, NDArray... inputs) {
        NDArray result = NDArray.zeros(DType.FLOAT32, shape);
        try (Plan plan = session.compile(graph, Map.of())) {
            plan.run(inputs);
            plan.read(0, result);
        }
        return result;
    }

    private static void require(String what, int index, double got, double expected, double tolerance) {
        if (!(Math.abs(got - expected) <= tolerance)) {
            System.out.printf("%s is wrong: element %d is %s, not %s%n", what, index, got, expected);
            System.exit(1);
        }
    }
}
