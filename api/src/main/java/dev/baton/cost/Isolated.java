package dev.baton.cost;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Initial;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.program.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Graphs with one kernel alone, as often as is wanted, on values that are nobody's. */
final class Isolated {

    /** Values by the name of their variable: graphs on one session share them. */
    private final Map<String, Initial> values = new HashMap<>();

    /** The kernel so many times, each time on other values. */
    Graph of(Kernel kernel, int copies) {
        var graph = new GraphBuilder();
        for (int copy = 0; copy < copies; copy++) {
            int output = 0;
            for (Value value : add(graph, kernel, copy)) {
                graph.output(copy + "/" + output++, value);
            }
        }
        return finished(graph);
    }

    /** With a number as its last output: reading it waits for everything, and takes no time itself. */
    Graph finished(GraphBuilder graph) {
        graph.output("end", variable(graph, new TensorType(DType.FLOAT32, Shape.scalar()), 0));
        return graph.build();
    }

    private List<Value> add(GraphBuilder graph, Kernel kernel, int copy) {
        var emit = new Emitter(graph);
        if (kernel instanceof Kernel.Product product) {
            Value a = factor(graph, product, product.a(), product.m(), product.k(), copy);
            Value b = factor(graph, product, product.b(), product.k(), product.n(), copy + 1000);
            return List.of(
                    emit.matmul(a, b, product.a().transposed(), product.b().transposed(), product.bfloat16()));
        }
        if (kernel instanceof Kernel.Reduction reduction) {
            var type = new TensorType(
                    reduction.input().dtype(), Shape.of(reduction.outer(), reduction.reduced(), reduction.inner()));
            return List.of(emit.reduce(reduction.kind(), variable(graph, type, copy), 1));
        }
        var node = ((Kernel.Whole) kernel).node();
        var inputs = new ArrayList<Value>();
        for (TensorType type : node.inputTypes()) {
            inputs.add(variable(graph, type, copy * 10_000 + inputs.size()));
        }
        var added = graph.add(node.operation(), inputs, node.attributes());
        var outputs = new ArrayList<Value>();
        for (int i = 0; i < added.outputs().size(); i++) {
            outputs.add(added.output(i));
        }
        return outputs;
    }

    private Value factor(
            GraphBuilder graph, Kernel.Product product, Kernel.Factor factor, long rows, long columns, int number) {
        long first = factor.transposed() ? columns : rows;
        long second = factor.transposed() ? rows : columns;
        Shape shape = product.batch() == 1 ? Shape.of(first, second) : Shape.of(product.batch(), first, second);
        return variable(graph, new TensorType(DType.FLOAT32, shape), number);
    }

    /** The value of this number and type. */
    Value variable(GraphBuilder graph, TensorType type, int number) {
        String name = "calibration/" + type + "/" + number;
        return graph.variable(name, type, values.computeIfAbsent(name, key -> seed -> fill(type)));
    }

    /**
     * Small random numbers of either sign, as they are in networks: what branches on them, or saturates, takes as long as
     * there. Of whole numbers, which are classes and rows of any table, 0 and 1; true.
     */
    static NDArray fill(TensorType type) {
        int size = Math.toIntExact(type.shape().size());
        var random = new SplittableRandom(size);
        if (type.dtype() == DType.FLOAT32) {
            var numbers = new float[size];
            for (int i = 0; i < size; i++) {
                numbers[i] = (float) (0.2 * random.nextDouble() - 0.1);
            }
            return NDArray.of(type.shape(), numbers);
        }
        NDArray array = NDArray.zeros(type.dtype(), type.shape());
        for (int i = 0; i < size; i++) {
            array.set(i, type.dtype() == DType.BOOL ? 1 : random.nextInt(2));
        }
        return array;
    }
}
