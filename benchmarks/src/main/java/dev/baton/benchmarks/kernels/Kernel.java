package dev.baton.benchmarks.kernels;

import bench.Data;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program of one operation and what to run it on.
 *
 * @param inputs in the order of the graph's
 */
record Kernel(Graph graph, NDArray[] inputs) {

    /** Traces a kernel; its inputs are filled as they are declared. */
    static final class Tracing {

        private final GraphBuilder graph = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        private final Map<String, NDArray> arrays = new HashMap<>();
        private final List<Value> differentiable = new ArrayList<>();

        GraphBuilder graph() {
            return graph;
        }

        /** Standard normal values, which {@link #backward} differentiates by. */
        Tensor normal(String name, long... sizes) {
            Tensor input = values(name, Shape.of(sizes));
            differentiable.add(input.value());
            return input;
        }

        private Tensor values(String name, Shape shape) {
            return input(name, NDArray.of(shape, Data.normal(arrays.size(), (int) shape.size())));
        }

        /** Whole numbers from 0, below a bound. */
        Tensor whole(String name, int bound, long... sizes) {
            var shape = Shape.of(sizes);
            return input(name, NDArray.of(shape, Data.ints(Data.whole(arrays.size(), (int) shape.size(), bound))));
        }

        /** An input of this value. */
        Tensor input(String name, NDArray array) {
            arrays.put(name, array);
            return Tensor.of(graph, graph.input(name, new TensorType(array.dtype(), array.shape())));
        }

        /** The operation itself. */
        Kernel forward(Tensor answer) {
            graph.output("answer", answer.value());
            return kernel();
        }

        /**
         * The gradients by inputs and weights, with as much of the operation itself as they need; what comes from above
         * is an input.
         */
        Kernel backward(Tensor answer) {
            var by = new ArrayList<>(differentiable);
            by.addAll(graph.variables().keySet());
            Tensor above = values("above", answer.shape());
            List<Value> gradients = Gradients.of(
                    new Emitter(graph), answer.multiply(above).sum().value(), by);
            for (int i = 0; i < gradients.size(); i++) {
                graph.output("gradient " + i, gradients.get(i));
            }
            return kernel();
        }

        /** What has been traced so far; of the scalars that a step fills in, each is that of the first step. */
        Kernel kernel() {
            Graph built = graph.build();
            NDArray[] inputs = built.inputs().keySet().stream().map(this::array).toArray(NDArray[]::new);
            return new Kernel(built, inputs);
        }

        private NDArray array(String name) {
            return switch (name) {
                case GraphBuilder.LEARNING_RATE -> NDArray.scalar(1e-3f);
                case GraphBuilder.STEP, GraphBuilder.UPDATE -> NDArray.of(Shape.scalar(), 1L);
                case GraphBuilder.SEED -> NDArray.zeros(DType.INT64, Shape.scalar());
                default -> arrays.get(name);
            };
        }
    }
}
