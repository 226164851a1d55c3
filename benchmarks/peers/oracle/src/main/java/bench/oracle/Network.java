package bench.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A network that is trained for ten steps: its answers to the first batch in evaluation mode, the losses, what norms
 * gathered, and the answers again. The n-th variable, from 0, is of stream 300 + n; inputs and targets of batch b, from 0,
 * are of the streams that the file names plus b.
 */
final class Network {

    private static final int STEPS = 10;

    /** Of dropout. */
    private static final long SEED = 7;

    /** One pass: in training, at a step that is counted from 1, or not. */
    record Pass(boolean training, int step) {

        /** The first dropout in the layer of this path, with Baton's random numbers. */
        Tensor dropout(Tensor x, String path, double rate) {
            if (!training) return x;
            float[] kept = new float[(int) x.numel()];
            for (int i = 0; i < kept.length; i++)
                kept[i] = Philox.uniform(SEED, step, Philox.stream(path), i) < 1 - rate ? (float) 1 : 0;
            return x.mul(TorchMlp.tensor(kept, x.scalar_type(), kept.length).view_as(x))
                    .div(new org.bytedeco.pytorch.Scalar(1 - rate));
        }
    }

    /** From the variables by name and the inputs to the answers. */
    interface Forward {
        Tensor of(Map<String, Tensor> variables, Tensor inputs, Pass pass);
    }

    private final String name;
    private final Operand inputs;
    private final List<Operand> variables = new ArrayList<>();
    private Operand targets;
    private Forward forward;
    private BinaryOperator<Tensor> loss;
    private Function<TensorVector, Optimizer> optimizer;

    Network(String name, Operand inputs) {
        this.name = name;
        this.inputs = inputs;
    }

    /** A weight within what its fan-in suggests; a vector lies around 1. */
    Network weight(String name, long... shape) {
        if (shape.length == 1) return learnt(name, 410, 1, shape);
        long terms = 1;
        for (int i = 1; i < shape.length; i++) terms *= shape[i];
        return learnt(name, (int) (4096 * Math.sqrt(3.0 / terms)), 0, shape);
    }

    private Network learnt(String name, int bound, int shift, long... shape) {
        variables.add(new Operand(name, 300 + variables.size(), bound, 4096, shift, true, shape));
        return this;
    }

    /** A weight [outputs, ...] and a bias. */
    Network layer(String at, long... shape) {
        return weight(at + ".weight", shape).learnt(at + ".bias", 410, 0, shape[0]);
    }

    /** A weight [inputs, outputs / groups, ...] and a bias. */
    Network transposed(String at, long inputs, long perGroup, long outputs, long... kernel) {
        return weight(at + ".weight", inputs, perGroup, kernel[0], kernel[1]).learnt(at + ".bias", 410, 0, outputs);
    }

    Network norm(String at, long channels) {
        return weight(at + ".weight", channels).learnt(at + ".bias", 410, 0, channels);
    }

    /** The statistics of a batch norm, 0 and 1 at first. */
    Network gathered(String at, long channels) {
        variables.add(new Operand(at + ".running_mean", 0, 0, 1, 0, false, channels));
        variables.add(new Operand(at + ".running_var", 0, 0, 1, 1, false, channels));
        return this;
    }

    Network attention(String at, long width) {
        weight(at + ".in_proj_weight", 3 * width, width).learnt(at + ".in_proj_bias", 410, 0, 3 * width);
        return layer(at + ".out_proj", width, width);
    }

    /** Recurrent layers in both directions; the names of their parameters in PyTorch's order. */
    List<String> recurrent(String at, int gates, int layers, long inputs, long hidden) {
        int before = variables.size();
        for (int layer = 0; layer < layers; layer++)
            for (String end : List.of("_l" + layer, "_l" + layer + "_reverse")) {
                weight(at + ".weight_ih" + end, gates * hidden, layer == 0 ? inputs : 2 * hidden);
                weight(at + ".weight_hh" + end, gates * hidden, hidden);
                learnt(at + ".bias_ih" + end, 410, 0, gates * hidden);
                learnt(at + ".bias_hh" + end, 410, 0, gates * hidden);
            }
        return variables.subList(before, variables.size()).stream()
                .map(Operand::name)
                .toList();
    }

    Network targets(Operand targets) {
        this.targets = targets;
        return this;
    }

    Network forward(Forward forward) {
        this.forward = forward;
        return this;
    }

    Network loss(BinaryOperator<Tensor> loss) {
        this.loss = loss;
        return this;
    }

    Network optimizer(Function<TensorVector, Optimizer> optimizer) {
        this.optimizer = optimizer;
        return this;
    }

    private Map<String, double[]> train(ScalarType type) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> all = new LinkedHashMap<>();
            for (Operand v : variables) all.put(v.name(), v.tensor(type));
            TensorVector learnt = new TensorVector(variables.stream()
                    .filter(Operand::learnt)
                    .map(v -> all.get(v.name()))
                    .toArray(Tensor[]::new));
            Optimizer steps = optimizer.apply(learnt);
            Map<String, double[]> results = new LinkedHashMap<>();
            Pass evaluation = new Pass(false, 0);
            results.put("answers before", TorchMlp.values(forward.of(all, inputs.tensor(type), evaluation)));
            double[] losses = new double[STEPS];
            for (int b = 0; b < STEPS; b++) {
                steps.zero_grad();
                Tensor y = forward.of(all, inputs.later(b).tensor(type), new Pass(true, b + 1));
                Tensor value = loss.apply(y, targets.later(b).tensor(type));
                value.backward();
                steps.step();
                losses[b] = value.item_double();
            }
            results.put("losses", losses);
            for (Operand v : variables) if (!v.learnt()) results.put(v.name(), TorchMlp.values(all.get(v.name())));
            results.put("answers", TorchMlp.values(forward.of(all, inputs.tensor(type), evaluation)));
            return results;
        }
    }

    Map<String, Object> toJson() {
        Map<String, double[]> exact = train(ScalarType.Double), rounded = train(ScalarType.Float);
        List<Object> tensors = new ArrayList<>();
        exact.forEach((tensor, values) -> tensors.add(FunctionCase.tensor(tensor, values, rounded.get(tensor))));
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", name);
        m.put("variables", variables.stream().map(Operand::toJson).toList());
        m.put("inputs", inputs.toJson());
        m.put("targets", targets.toJson());
        m.put("results", tensors);
        return m;
    }
}
