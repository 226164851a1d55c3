package dev.baton.composite;

import dev.baton.ShapeException;
import dev.baton.graph.Attributes;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.GradientRule;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The sum of each input over all devices that train together: any number of tensors -> as many of the same types, equal
 * on all devices. Each device adds in the order of the devices. Its definition is that of one device alone, where the sum
 * is the input; only a backend that was opened with others claims it.
 */
public final class AllReduce extends Composite {

    public static final AllReduce INSTANCE = new AllReduce();

    private AllReduce() {
        super("all reduce");
    }

    /** The sums of these values over all devices. */
    public static List<Value> of(Emitter emit, List<Value> values) {
        var node = emit.builder().add(INSTANCE, values, Attributes.none());
        var sums = new ArrayList<Value>();
        for (int i = 0; i < values.size(); i++) {
            sums.add(node.output(i));
        }
        return sums;
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs, Attributes attributes) {
        for (TensorType type : inputs) {
            if (!type.dtype().isFloating()) {
                throw new ShapeException("adds floating-point numbers up, not " + type.dtype());
            }
        }
        return List.copyOf(inputs);
    }

    @Override
    public List<Value> define(Emitter emit, List<Value> inputs, Attributes attributes) {
        return inputs;
    }

    /** What one device's input changes in the sums of all devices, each of them answers for. */
    @Override
    public GradientRule gradient() {
        return (emit, node, upstream) -> {
            var gradients = new ArrayList<Value>();
            for (int i = 0; i < upstream.size(); i++) {
                gradients.add(upstream.get(i) != null ? upstream.get(i) : emit.fullLike(node.input(i), 0));
            }
            return of(emit, gradients);
        };
    }

    /** One addition for each element. */
    @Override
    public long operations(List<TensorType> inputs, List<TensorType> outputs, Attributes attributes) {
        return inputs.stream().mapToLong(type -> type.shape().size()).sum();
    }
}
