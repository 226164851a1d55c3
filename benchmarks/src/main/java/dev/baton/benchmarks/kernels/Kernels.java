package dev.baton.benchmarks.kernels;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;
import dev.baton.loss.Losses;
import dev.baton.model.Mlp;
import dev.baton.nn.Conv2d;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerNorm;
import dev.baton.optim.Adam;
import dev.baton.tensor.Attention;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The operations that the workloads spend their time in, at the workloads' shapes. */
final class Kernels {

    /** By name, made when it is asked for. */
    static final Map<String, Supplier<Kernel>> ALL = new LinkedHashMap<>();

    static {
        product("mlp, layer 1", 128, 784, 512);
        product("mlp, layer 2", 128, 512, 256);
        product("mlp, layer 1, batch 1", 1, 784, 512);
        product("gpt, packed projection", 12 * 64, 128, 384);
        product("gpt, widening", 12 * 64, 128, 512);
        product("gpt, narrowing", 12 * 64, 512, 128);
        product("lstm, inputs", 32 * 64, 128, 1024);
        product("cnn, linear", 64, 4096, 512);
        product("512", 512, 512, 512);
        convolution(3, 32, 32);
        convolution(32, 32, 32);
        convolution(32, 64, 16);
        convolution(64, 64, 16);
        convolution(64, 64, 8);
        layer("layer norm", () -> new LayerNorm(128), 12 * 64, 128);
        layer("lstm", () -> new LSTM(128, 256), 32, 64, 128);
        operation(
                "softmax cross-entropy of 10",
                in -> Losses.crossEntropy().of(in.normal("x", 128, 10), in.whole("labels", 10, 128)));
        operation(
                "softmax cross-entropy of 65",
                in -> Losses.crossEntropy().of(in.normal("x", 12 * 64, 65), in.whole("labels", 65, 12 * 64)));
        operation("gelu", in -> in.normal("x", 12 * 64, 512).gelu());
        operation("attention", in -> Attention.causal().ofPacked(in.normal("packed", 12, 64, 3, 4, 32)));
        ALL.put("adam", Kernels::adam);
    }

    private Kernels() {}

    /** A product [m, k] x [k, n], and the gradient by each factor, which is the product with the other one turned. */
    private static void product(String name, long m, long k, long n) {
        operation("product " + name, in -> in.normal("a", m, k).matmul(in.normal("b", k, n)));
    }

    /** 3x3, of a batch of square pictures that keep their size. */
    private static void convolution(long inputs, long outputs, long size) {
        String name = "convolution " + inputs + "-" + outputs + " of " + size + "x" + size;
        layer(name, () -> new Conv2d(inputs, outputs, 3).padding(1), 64, inputs, size, size);
    }

    private static void operation(String name, Function<Kernel.Tracing, Tensor> operation) {
        both(name, () -> operation);
    }

    /** A layer has to be older than what it is traced in. */
    private static void layer(String name, Supplier<Layer> made, long... sizes) {
        both(name, () -> {
            Layer layer = made.get();
            return in -> Layer.trace(layer, in.normal("x", sizes));
        });
    }

    private static void both(String name, Supplier<Function<Kernel.Tracing, Tensor>> operation) {
        ALL.put(name + ", forward", () -> {
            Function<Kernel.Tracing, Tensor> made = operation.get();
            var tracing = new Kernel.Tracing();
            return tracing.forward(made.apply(tracing));
        });
        ALL.put(name + ", backward", () -> {
            Function<Kernel.Tracing, Tensor> made = operation.get();
            var tracing = new Kernel.Tracing();
            return tracing.backward(made.apply(tracing));
        });
    }

    /** The update of the MLP's weights, with gradients that are given. */
    private static Kernel adam() {
        Layer mlp = Mlp.of(784, 512, 256, 10);
        var tracing = new Kernel.Tracing();
        Layer.trace(mlp, tracing.normal("x", 1, 784));
        List<Value> weights = List.copyOf(tracing.graph().variables().keySet());
        var gradients = new ArrayList<Value>();
        for (Value weight : weights) {
            gradients.add(tracing.normal(
                            "gradient " + gradients.size(), weight.shape().toArray())
                    .value());
        }
        Value finite = tracing.input("finite", NDArray.of(Shape.scalar(), true)).value();
        Adam.of(1e-3).update(new Emitter(tracing.graph()), weights, gradients, finite);
        return tracing.kernel();
    }
}
