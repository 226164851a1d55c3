package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.autodiff.Gradients;
import dev.baton.composite.AllFinite;
import dev.baton.composite.Norms;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.loss.Loss;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.nn.AveragePool2d;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Dropout;
import dev.baton.nn.Embedding;
import dev.baton.nn.Flatten;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.MultiHeadAttention;
import dev.baton.nn.PositionalEmbedding;
import dev.baton.nn.RMSNorm;
import dev.baton.nn.ReLU;
import dev.baton.nn.Residual;
import dev.baton.nn.RotaryPositions;
import dev.baton.nn.Sequential;
import dev.baton.nn.SiLU;
import dev.baton.nn.Sigmoid;
import dev.baton.nn.Tanh;
import dev.baton.nn.TransformerBlock;
import dev.baton.optim.Adagrad;
import dev.baton.optim.Adam;
import dev.baton.optim.AdamW;
import dev.baton.optim.Lion;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Parameters;
import dev.baton.optim.RmsProp;
import dev.baton.optim.Sgd;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Whole training steps, a few in a row: forward, loss, backward and update. */
final class TrainingCases {

    private static final String GROUP = "training steps";
    private static final int STEPS = 4;
    private static final int INPUTS = 13;
    private static final int CLASSES = 5;

    /** Steps feed each other's errors; Adam divides by what may be small. */
    private static final Tolerance NEAR = Tolerance.ofLargest(1e-4).orAbsolute(1e-6);

    private TrainingCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        Supplier<Layer> plain = () -> Sequential.of(
                new Linear(INPUTS, 33), new ReLU(), new Linear(33, 17), new ReLU(), new Linear(17, CLASSES));
        Map<String, Optimizer> optimizers = new LinkedHashMap<>();
        optimizers.put("SGD", Sgd.of(0.1));
        optimizers.put("SGD with decay", Sgd.of(0.1).weightDecay(0.01));
        optimizers.put("SGD with momentum", Sgd.of(0.1).momentum(0.9));
        optimizers.put(
                "SGD with Nesterov's momentum and decay",
                Sgd.of(0.1).momentum(0.9).nesterov().weightDecay(0.01));
        optimizers.put("Adam", Adam.of(0.01));
        optimizers.put("Adam with decay", Adam.of(0.01).weightDecay(0.01));
        optimizers.put("AdamW", AdamW.of(0.01).weightDecay(0.05));
        optimizers.put("RMSProp", RmsProp.of(0.001));
        optimizers.put(
                "RMSProp, centred, with momentum and decay",
                RmsProp.of(0.001).centered().momentum(0.9).weightDecay(0.01));
        optimizers.put("Adagrad with decay", Adagrad.of(0.05).weightDecay(0.01));
        optimizers.put("Lion with decay", Lion.of(0.001).weightDecay(0.1));
        optimizers.put("AdamW, norm clipped", AdamW.of(0.01).clipNorm(0.1));
        optimizers.put("SGD, norm not large enough to be clipped", Sgd.of(0.1).clipNorm(100));
        optimizers.put(
                "SGD, values and norm clipped",
                Sgd.of(0.1).momentum(0.9).clipValue(0.01).clipNorm(0.05));
        optimizers.put(
                "AdamW with groups",
                AdamW.of(0.01)
                        .weightDecay(0.1)
                        .group(Parameters.vectors(), group -> group.weightDecay(0))
                        .group(Parameters.named("0.weight"), group -> group.learningRateFactor(0.1)));
        optimizers.forEach((name, optimizer) -> {
            for (int batch : new int[] {1, 31}) {
                cases.add(classes(name + ", batch " + batch, plain, 0, optimizer, batch));
            }
        });
        cases.add(classes("label smoothing", plain, 0.1, AdamW.of(0.01), 64));
        cases.add(classes(
                "dropout",
                () -> Sequential.of(
                        new Linear(INPUTS, 40),
                        new ReLU(),
                        new Dropout(0.3),
                        new Linear(40, 40),
                        new ReLU(),
                        new Dropout(0.5),
                        new Linear(40, CLASSES)),
                0,
                Sgd.of(0.1).momentum(0.9),
                31));
        cases.add(classes(
                "other activations",
                () -> Sequential.of(
                        new Linear(INPUTS, 19),
                        new GELU(),
                        new Linear(19, 19),
                        new Tanh(),
                        new Linear(19, 19),
                        new Sigmoid(),
                        new Linear(19, CLASSES)),
                0,
                AdamW.of(0.01),
                31));
        cases.add(step(
                "class weights, an ignored label and smoothing",
                plain,
                Losses.crossEntropy()
                        .classWeights(1, 0.5, 2, 1, 3)
                        .ignoreIndex(-100)
                        .labelSmoothing(0.1),
                AdamW.of(0.01),
                Shapes.floatType(31, INPUTS),
                new TensorType(DType.INT32, Shape.of(31)),
                Fill.values("", 3, -100, 0, 4, 2, 1, 1)));
        Map<String, Loss> losses = new LinkedHashMap<>();
        losses.put("mean squared error", Losses.mse());
        losses.put("sum of absolute errors", Losses.l1().sum());
        losses.put("Huber", Losses.huber(0.5));
        losses.put("binary cross-entropy", Losses.binaryCrossEntropy().positiveWeight(3));
        losses.forEach((name, loss) -> cases.add(numbers(
                name, Sequential.of(new Linear(INPUTS, 7), new Tanh(), new Linear(7, 3)), loss, Fill.between(0, 1))));
        // Not finite: no variable changes, step after step.
        cases.add(numbers(
                "a target that is NaN",
                Sequential.of(new Linear(INPUTS, 7), new Tanh(), new Linear(7, 3)),
                Losses.mse(),
                Fill.values("", 1, 2, Double.NaN)));
        cases.add(pictures(
                "pictures", Losses.crossEntropy(), new TensorType(DType.INT32, Shape.of(7)), Fill.labels(CLASSES)));
        // Running statistics stay as they are too.
        cases.add(pictures(
                "pictures with a target that is NaN",
                Losses.mse(),
                Shapes.floatType(7, CLASSES),
                Fill.values("", 1, 2, Double.NaN)));
        cases.add(tokens(
                "a GPT",
                () -> Gpt.of(CLASSES)
                        .context(9)
                        .layers(2)
                        .heads(2)
                        .width(12)
                        .dropout(0.1)
                        .build()));
        cases.add(tokens(
                "transformer layers",
                () -> Sequential.of(
                        new Embedding(CLASSES, 8),
                        new PositionalEmbedding(9, 8),
                        new TransformerBlock(8, 2).hidden(11).causal(),
                        new RMSNorm(8),
                        new Residual(new MultiHeadAttention(8, 2).rotary(new RotaryPositions())),
                        new Linear(8, 7),
                        new GELU(GELU.Form.TANH),
                        new Linear(7, 6),
                        new SiLU(),
                        new Linear(6, CLASSES).withoutBias())));
        return cases;
    }

    private static Case tokens(String name, Supplier<Layer> model) {
        var type = new TensorType(DType.INT32, Shape.of(3, 7));
        // The keys' bias changes no softmax: its gradient is rounding alone, which Adam would make a step of.
        return step(name, model, Losses.crossEntropy(), Sgd.of(0.05).momentum(0.9), type, type, Fill.labels(CLASSES));
    }

    private static Case classes(String name, Supplier<Layer> model, double smoothing, Optimizer optimizer, int batch) {
        var targets = new TensorType(DType.INT32, Shape.of(batch));
        return step(
                name,
                model,
                Losses.crossEntropy().labelSmoothing(smoothing),
                optimizer,
                Shapes.floatType(batch, INPUTS),
                targets,
                Fill.labels(CLASSES));
    }

    private static Case numbers(String name, Layer model, Loss loss, Fill targets) {
        Optimizer optimizer = Sgd.of(0.05).momentum(0.5);
        TensorType inputs = Shapes.floatType(31, INPUTS);
        return step(name, () -> model, loss, optimizer, inputs, Shapes.floatType(31, 3), targets);
    }

    private static Case pictures(String name, Loss loss, TensorType targets, Fill fill) {
        Supplier<Layer> model = () -> Sequential.of(
                new Conv2d(3, 8, 3).padding(1).withoutBias(),
                new BatchNorm(8),
                new ReLU(),
                new MaxPool2d(3).stride(2).padding(1),
                new Residual(
                        Sequential.of(new Conv2d(8, 6, 3).stride(2).padding(1).withoutBias(), new BatchNorm(6)),
                        new Conv2d(8, 6, 1).stride(2)),
                // Without it the next normalisation would take off what biases add here, and their gradients were 0.
                new ReLU(),
                new AveragePool2d(2).stride(1),
                new Flatten(),
                new Linear(24, 9).withoutBias(),
                new BatchNorm(9),
                new Linear(9, CLASSES));
        return step(name, model, loss, Sgd.of(0.05).momentum(0.9), Shapes.floatType(7, 3, 9, 10), targets, fill);
    }

    private static Case step(
            String name,
            Supplier<Layer> model,
            Loss loss,
            Optimizer optimizer,
            TensorType inputs,
            TensorType targets,
            Fill fill) {
        var fills = Map.of(
                "inputs",
                inputs.dtype() == DType.INT32 ? Fill.labels(CLASSES) : Fill.NORMAL,
                "targets",
                fill,
                GraphBuilder.SEED,
                Fill.number(20_241),
                GraphBuilder.STEP,
                Fill.step(),
                GraphBuilder.UPDATE,
                new Fill("", (i, step, random) -> optimizer.update(step)),
                GraphBuilder.LEARNING_RATE,
                new Fill("", (i, step, random) -> optimizer.learningRate(step)));
        return new Case(
                GROUP, name, null, () -> trace(model.get(), loss, optimizer, inputs, targets), fills, STEPS, NEAR);
    }

    private static Graph trace(
            Layer model, Loss loss, Optimizer optimizer, TensorType inputType, TensorType targetType) {
        var graph = new GraphBuilder(GraphBuilder.Mode.TRAINING);
        var emit = new Emitter(graph);
        Tensor inputs = Tensor.of(graph, graph.input("inputs", inputType));
        Tensor targets = Tensor.of(graph, graph.input("targets", targetType));
        Tensor answers = Layer.trace(model, inputs);
        Value value = loss.of(answers, targets).value();
        List<Value> parameters =
                model.parameters().stream().map(one -> one.in(inputs).value()).toList();
        List<Value> gradients = Gradients.of(emit, value, parameters);
        var checked = new ArrayList<>(List.of(Norms.ofAll(emit, gradients), value));
        checked.addAll(graph.assigned());
        Value finite = graph.add(AllFinite.INSTANCE, checked, Attributes.none()).output(0);
        graph.assignOnlyWhere(finite);
        optimizer.update(emit, parameters, gradients, finite);
        graph.output("loss", value);
        graph.output("finite", finite);
        for (int i = 0; i < gradients.size(); i++) {
            graph.output("gradient by " + model.parameters().get(i).name(), gradients.get(i));
        }
        return graph.build();
    }
}
