package dev.baton.onnx.read;

import dev.baton.BatonException;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.LayerNormalization;
import dev.baton.graph.Attributes;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Normalisations. */
final class NormalisationOperators {

    private NormalisationOperators() {}

    static void addTo(BiConsumer<String, Function<Call, Tensor>> all, BiConsumer<String, Operators.Operator> several) {
        several.accept("BatchNormalization", NormalisationOperators::batchNorm);
        several.accept("LayerNormalization", NormalisationOperators::layerNorm);
        all.accept("InstanceNormalization", NormalisationOperators::instanceNorm);
        all.accept("GroupNormalization", NormalisationOperators::groupNorm);
        all.accept("RMSNormalization", NormalisationOperators::rmsNorm);
        all.accept("MeanVarianceNormalization", NormalisationOperators::meanVariance);
        all.accept("LpNormalization", NormalisationOperators::lpNorm);
        all.accept("LRN", NormalisationOperators::localResponse);
    }

    private static List<Item> batchNorm(Call call) {
        double epsilon = call.number("epsilon", 1e-5f);
        Value[] inputs = IntStream.range(0, 5)
                .mapToObj(input -> call.tensor(input).value())
                .toArray(Value[]::new);
        Attributes attributes = Attributes.of(BatchNorm.EPSILON, epsilon);
        if (call.flag("training_mode")) {
            return gathered(call, inputs, attributes, epsilon);
        }
        boolean learns = call.isTraining()
                && call.statistic(3).isPresent()
                && call.statistic(4).isPresent();
        if (!learns) {
            return List.of(Item.of(call.wrap(call.emit().apply(BatchNorm.INFERENCE, attributes, inputs))));
        }
        if (call.graph().isShared()) {
            throw new BatonException(call.node()
                    + ": the batch normalisations of a model from an ONNX file are not gathered over several devices: "
                    + "train it on one");
        }
        List<Item> results = gathered(call, inputs, attributes, epsilon);
        for (int i = 1; i <= 2; i++) {
            Tensor running = call.tensor(results.get(i));
            call.statistic(2 + i).orElseThrow().update(running, before -> running);
        }
        return results.subList(0, 1);
    }

    /** With the statistics of the batch: the result, and what the running ones become. */
    private static List<Item> gathered(Call call, Value[] inputs, Attributes attributes, double epsilon) {
        double momentum = call.number("momentum", 0.9f);
        Node node = call.graph().add(BatchNorm.FORWARD, List.of(inputs[0], inputs[1], inputs[2]), attributes);
        Tensor inverse = call.wrap(node.output(2));
        Tensor variance =
                inverse.fullLike(1).divide(inverse.square()).add(-epsilon).maximum(inverse.fullLike(0));
        return List.of(
                Item.of(call.wrap(node.output(0))),
                Item.of(running(call.wrap(inputs[3]), call.wrap(node.output(1)), momentum)),
                Item.of(running(call.wrap(inputs[4]), variance, momentum)));
    }

    private static Tensor running(Tensor before, Tensor batch, double momentum) {
        return before.multiply(momentum).add(batch.multiply(1 - momentum));
    }

    private static List<Item> layerNorm(Call call) {
        Tensor x = call.tensor(0);
        int axis = call.axis(call.integer("axis", -1), x.shape().rank());
        Shape own = Shape.of(x.shape().dims().subList(axis, x.shape().rank()));
        var inputs = new ArrayList<Value>();
        inputs.add(x.value());
        for (int i = 1; i < 3 && call.has(i); i++) {
            inputs.add(call.tensor(i).broadcast(own).value());
        }
        Attributes attributes = Attributes.of(
                        LayerNormalization.DIMENSIONS, (long) x.shape().rank() - axis)
                .with(LayerNormalization.EPSILON, call.number("epsilon", 1e-5f));
        Node node = call.graph().add(LayerNormalization.FORWARD, inputs, attributes);
        Shape kept = ReductionOperators.kept(
                x.shape(), IntStream.range(axis, x.shape().rank()).toArray());
        return List.of(
                Item.of(call.wrap(node.output(0))),
                Item.of(call.wrap(node.output(1)).reshape(kept)),
                Item.of(call.wrap(node.output(2)).reshape(kept)));
    }

    /** (x - mean) / sqrt(variance + epsilon) over some axes. */
    private static Tensor normalised(Tensor x, double epsilon, int... axes) {
        Shape kept = ReductionOperators.kept(x.shape(), axes);
        Tensor centred = x.subtract(x.mean(axes).reshape(kept));
        Tensor variance = centred.square().mean(axes).reshape(kept);
        return centred.multiply(ElementOperators.primitive(variance.add(epsilon), Primitive.RSQRT));
    }

    /** [C] to [C, 1, ...], to be broadcast to a shape [N, C, ...]. */
    static Tensor perChannel(Tensor channels, Shape shape) {
        var dims = new ArrayList<>(Collections.nCopies(shape.rank() - 1, Dim.of(1)));
        dims.set(0, channels.shape().dim(0));
        return channels.reshape(Shape.of(dims));
    }

    private static Tensor instanceNorm(Call call) {
        Tensor x = call.tensor(0);
        int[] axes = IntStream.range(2, x.shape().rank()).toArray();
        if (axes.length == 0) {
            throw call.refuse("takes [N, C, ...], not " + x.shape());
        }
        return normalised(x, call.number("epsilon", 1e-5f), axes)
                .multiply(perChannel(call.tensor(1), x.shape()))
                .add(perChannel(call.tensor(2), x.shape()));
    }

    private static Tensor groupNorm(Call call) {
        Tensor x = call.tensor(0);
        Shape shape = x.shape();
        long groups = call.integer("num_groups", 1);
        if (shape.rank() < 3 || groups < 1 || shape.size(1) % groups != 0) {
            throw call.refuse("the channels of " + shape + " do not come in " + groups + " equal groups");
        }
        Dim each = Dim.of(shape.size(1) / groups);
        Dim rest = Shape.of(shape.dims().subList(2, shape.rank())).elements();
        Tensor grouped = x.reshape(Shape.of(List.of(shape.dim(0), Dim.of(groups), each, rest)));
        Tensor normal = normalised(grouped, call.number("epsilon", 1e-5f), 2, 3);
        if (call.tensor(1).shape().size(0) == groups && call.opset() < 21) {
            // Before version 21 the scale and the bias are those of the groups.
            return normal.multiply(call.tensor(1).reshape(groups, 1, 1))
                    .add(call.tensor(2).reshape(groups, 1, 1))
                    .reshape(shape);
        }
        return normal.reshape(shape).multiply(perChannel(call.tensor(1), shape)).add(perChannel(call.tensor(2), shape));
    }

    private static Tensor rmsNorm(Call call) {
        Tensor x = call.tensor(0);
        int[] axes = IntStream.range(
                        call.axis(call.integer("axis", -1), x.shape().rank()),
                        x.shape().rank())
                .toArray();
        Tensor square = x.square().mean(axes).reshape(ReductionOperators.kept(x.shape(), axes));
        Tensor inverse = ElementOperators.primitive(square.add(call.number("epsilon", 1e-5f)), Primitive.RSQRT);
        return x.multiply(inverse).multiply(call.tensor(1));
    }

    private static Tensor meanVariance(Call call) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        long[] axes = call.hasAttribute("axes") ? call.integers("axes") : new long[] {0, 2, 3};
        int[] over = Arrays.stream(axes).mapToInt(axis -> call.axis(axis, rank)).toArray();
        Shape kept = ReductionOperators.kept(x.shape(), over);
        Tensor centred = x.subtract(x.mean(over).reshape(kept));
        Tensor deviation = centred.square().mean(over).reshape(kept).sqrt();
        return centred.divide(deviation.add(1e-9));
    }

    private static Tensor lpNorm(Call call) {
        Tensor x = call.tensor(0);
        int axis = call.axis(call.integer("axis", -1), x.shape().rank());
        long p = call.integer("p", 2);
        if (p != 1 && p != 2) {
            throw call.refuse("the norm is that of order 1 or 2, not " + p);
        }
        Tensor norm = p == 1 ? x.abs().sum(axis) : x.square().sum(axis).sqrt();
        return x.divide(norm.reshape(ReductionOperators.kept(x.shape(), axis)));
    }

    /** Each element, divided by a power of the squares of its neighbours among the channels. */
    private static Tensor localResponse(Call call) {
        Tensor x = call.tensor(0);
        int rank = x.shape().rank();
        long size = call.integer("size", 0);
        if (size < 1 || rank < 2) {
            throw call.refuse("takes [N, C, ...] and a size of at least 1, not " + x.shape() + " and " + size);
        }
        long before = (size - 1) / 2;
        Tensor squares =
                x.square().pad(1, before, size - 1 - before, 0).transpose(MovementOperators.moved(rank, 1, rank - 1));
        Tensor windows =
                call.wrap(call.emit().windows(squares.value(), new long[] {size}, new long[] {1}, new long[] {1}));
        Tensor sums = windows.sum(rank).transpose(MovementOperators.moved(rank, rank - 1, 1));
        Tensor base = sums.multiply(call.number("alpha", 1e-4f) / size).add(call.number("bias", 1));
        return x.divide(base.pow(call.number(x, call.number("beta", 0.75))));
    }
}
