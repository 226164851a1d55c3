package dev.baton.benchmarks;

import bench.Bench;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.util.Map;

/** Square matrix products, each a program of one operation. */
final class Products {

    private Products() {}

    static void run(Bench bench) throws Exception {
        try (var session = Session.open()) {
            Bench.note("%s", session.device());
            for (int size : new int[] {512, 1024, 2048}) {
                NDArray[] factors = factors(size);
                try (var plan = session.compile(product(size), Map.of())) {
                    bench.rate("sgemm-" + size, "GFLOP/s", 2e-9 * size * size * size, () -> plan.run(factors));
                }
            }
        }
    }

    static NDArray[] factors(int size) {
        var shape = Shape.of(size, size);
        return new NDArray[] {Synthetic.normal(400, shape), Synthetic.normal(401, shape)};
    }

    static Graph product(int size) {
        var graph = new GraphBuilder();
        var type = new TensorType(DType.FLOAT32, Shape.of(size, size));
        Tensor a = Tensor.of(graph, graph.input("a", type));
        Tensor b = Tensor.of(graph, graph.input("b", type));
        a.matmul(b).watch("product");
        return graph.build();
    }
}
