package dev.baton.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.reference.Interpreter;
import dev.baton.tensor.Tensor;
import dev.baton.train.GradientCheck;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every loss, its gradients, and what is refused; PyTorchLossesTest has the numbers. */
class LossesTest {

    /** A loss with answers and targets that it takes. */
    record Case(String name, ReducibleLoss loss, NDArray answers, NDArray targets) {
        @Override
        public String toString() {
            return name + " " + answers.shape();
        }
    }

    static Stream<Case> cases() {
        Shape[] shapes = {Shape.of(3, 4), Shape.of(5, 1), Shape.of(1, 3), Shape.of(2, 3, 4)};
        var classes = Losses.crossEntropy();
        var smoothed = classes.labelSmoothing(0.2);
        var likelihood = Losses.negativeLogLikelihood();
        return Arrays.stream(shapes)
                .flatMap(shape -> Stream.of(
                        new Case("mse", Losses.mse(), numbers(shape, 1, -2, 2), numbers(shape, 2, -2, 2)),
                        new Case("l1", Losses.l1(), numbers(shape, 1, -2, 2), numbers(shape, 2, -2, 2)),
                        new Case("huber", Losses.huber(0.7), numbers(shape, 1, -2, 2), numbers(shape, 2, -2, 2)),
                        new Case(
                                "binary cross-entropy",
                                Losses.binaryCrossEntropy(),
                                numbers(shape, 1, -4, 4),
                                numbers(shape, 2, 0, 1)),
                        new Case(
                                "weighted binary cross-entropy",
                                Losses.binaryCrossEntropy().positiveWeight(2.5),
                                numbers(shape, 1, -4, 4),
                                numbers(shape, 2, 0, 1)),
                        new Case(
                                "kl divergence",
                                Losses.klDivergence(),
                                numbers(shape, 1, -4, 0),
                                numbers(shape, 2, 0.1, 1)),
                        new Case("cross-entropy", classes, numbers(shape, 1, -2, 2), labels(shape)),
                        new Case("shares", classes, numbers(shape, 1, -2, 2), numbers(shape, 2, 0, 1)),
                        new Case("smoothed", smoothed, numbers(shape, 1, -2, 2), labels(shape)),
                        new Case("nll", likelihood, numbers(shape, 1, -4, 0), labels(shape))));
    }

    static Stream<Case> weighted() {
        Shape[] shapes = {Shape.of(7, 4), Shape.of(2, 3, 4), Shape.of(1, 2, 2, 4)};
        double[] weights = {0.5, 2, 1, 3};
        var entropy = Losses.crossEntropy();
        var likelihood = Losses.negativeLogLikelihood();
        return Arrays.stream(shapes).flatMap(shape -> {
            NDArray scores = numbers(shape, 1, -2, 2);
            NDArray labels = labels(shape);
            return Stream.of(
                    new Case("weights", entropy.classWeights(weights), scores, labels),
                    new Case("ignored", entropy.ignoreIndex(1), scores, labels),
                    new Case("both", entropy.classWeights(weights).ignoreIndex(1), scores, labels),
                    new Case("smoothed", entropy.labelSmoothing(0.2).ignoreIndex(1), scores, labels),
                    new Case("all", entropy.classWeights(weights).ignoreIndex(1).labelSmoothing(0.2), scores, labels),
                    new Case("nll", likelihood.classWeights(weights).ignoreIndex(1), scores, labels));
        });
    }

    private static NDArray numbers(Shape shape, int seed, double low, double high) {
        NDArray array = NDArray.zeros(dev.baton.DType.FLOAT32, shape);
        var random = new Random(seed);
        for (int i = 0; i < array.size(); i++) {
            array.set(i, random.nextDouble(low, high));
        }
        return array;
    }

    private static NDArray labels(Shape scores) {
        NDArray labels = NDArray.zeros(dev.baton.DType.INT32, scores.without(-1));
        for (int i = 0; i < labels.size(); i++) {
            labels.set(i, (2 * i + 1) % scores.size(-1));
        }
        return labels;
    }

    private static Graph graph(BinaryOperator<Tensor> function, NDArray answers, NDArray targets) {
        var graph = new GraphBuilder();
        Tensor x = Tensor.of(graph, graph.input("x", new TensorType(answers.dtype(), answers.shape())));
        Tensor y = Tensor.of(graph, graph.input("y", new TensorType(targets.dtype(), targets.shape())));
        graph.output("result", function.apply(x, y).value());
        return graph.build();
    }

    private static double[] evaluate(BinaryOperator<Tensor> function, NDArray answers, NDArray targets) {
        var inputs = Map.of("x", answers.toDoubleArray(), "y", targets.toDoubleArray());
        return new Interpreter(graph(function, answers, targets), Interpreter.Precision.DOUBLE)
                .run(inputs, Map.of())
                .outputs()
                .get("result");
    }

    private static double value(Loss loss, NDArray answers, NDArray targets) {
        return evaluate(loss::of, answers, targets)[0];
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theMeanIsThatOfTheExamples(Case tried) {
        double[] each = evaluate(tried.loss()::perExample, tried.answers(), tried.targets());
        boolean classes = tried.loss() instanceof ClassLoss;
        Shape shape = tried.answers().shape();
        assertThat(each).hasSize((int) (classes ? shape.without(-1).elements().size() : shape.size(0)));
        double mean = Arrays.stream(each).average().orElseThrow();
        assertThat(value(tried.loss(), tried.answers(), tried.targets())).isCloseTo(mean, within(1e-12));
    }

    /** Numbers are added up one by one, classes and distributions example by example. */
    @ParameterizedTest
    @MethodSource("cases")
    void theSumIsThatOfTheElements(Case tried) {
        double[] each = evaluate(tried.loss()::perExample, tried.answers(), tried.targets());
        boolean examples = tried.loss() instanceof ClassLoss || tried.name().equals("kl divergence");
        double elements = examples ? each.length : tried.answers().size();
        double mean = value(tried.loss(), tried.answers(), tried.targets());
        assertThat(value(tried.loss().sum(), tried.answers(), tried.targets()))
                .isCloseTo(mean * elements, within(1e-11));
    }

    /** Among one class there is nothing to learn. */
    static Stream<Case> differentiable() {
        return Stream.concat(cases(), weighted())
                .filter(tried -> !(tried.loss() instanceof ClassLoss)
                        || tried.answers().shape().size(-1) > 1);
    }

    @ParameterizedTest
    @MethodSource("differentiable")
    void gradientsAgreeWithFiniteDifferences(Case tried) {
        GradientCheck.of(tried.loss(), tried.answers(), tried.targets()).check();
        var inputs = new LinkedHashMap<String, NDArray>();
        inputs.put("x", tried.answers());
        inputs.put("y", tried.targets());
        GradientCheck.of(given -> tried.loss().perExample(given.get("x"), given.get("y")), inputs)
                .check();
    }

    /** The sum of the weighted losses over the sum of the weights, an ignored label weighing nothing. */
    @ParameterizedTest
    @MethodSource("weighted")
    void theWeightedMeanDividesByTheWeights(Case tried) {
        double[] each = evaluate(tried.loss()::perExample, tried.answers(), tried.targets());
        boolean weighs = !tried.name().equals("ignored") && !tried.name().equals("smoothed");
        boolean ignores = !tried.name().equals("weights");
        double[] weights = weighs ? new double[] {0.5, 2, 1, 3} : new double[] {1, 1, 1, 1};
        double whole = 0;
        for (int i = 0; i < each.length; i++) {
            int label = (int) tried.targets().get(i);
            boolean ignored = ignores && label == 1;
            whole += ignored ? 0 : weights[label];
            assertThat(each[i] == 0).isEqualTo(ignored);
        }
        assertThat(value(tried.loss(), tried.answers(), tried.targets()))
                .isCloseTo(Arrays.stream(each).sum() / whole, within(1e-12));
    }

    /**
     * The loss is linear in the targets: that of shares of two labels is the shares of their losses, but for the rounding of
     * weights and smoothing, which are float32.
     */
    @Test
    void sharesOfClassesGiveSharesOfTheirLosses() {
        Shape[] shapes = {Shape.of(7, 4), Shape.of(2, 3, 4)};
        double[] share = {0.75, 0.25};
        double[] weights = {0.5, 2, 1, 3};
        for (Shape shape : shapes) {
            NDArray scores = numbers(shape, 1, -2, 2);
            NDArray[] labels = {labels(shape), labels(shape)};
            NDArray shares = NDArray.zeros(dev.baton.DType.FLOAT32, shape);
            for (int i = 0; i < labels[1].size(); i++) {
                labels[1].set(i, (labels[0].get(i) + 1 + i % 2) % 4);
                for (int part = 0; part < 2; part++) {
                    shares.set(4 * i + (int) labels[part].get(i), share[part]);
                }
            }
            for (CrossEntropy loss : new CrossEntropy[] {
                Losses.crossEntropy(),
                Losses.crossEntropy().labelSmoothing(0.2),
                Losses.crossEntropy().classWeights(weights),
                Losses.crossEntropy().classWeights(weights).labelSmoothing(0.2)
            }) {
                double[] each = evaluate(loss::perExample, scores, shares);
                double[] first = evaluate(loss::perExample, scores, labels[0]);
                double[] second = evaluate(loss::perExample, scores, labels[1]);
                for (int i = 0; i < each.length; i++) {
                    assertThat(each[i]).isCloseTo(0.75 * first[i] + 0.25 * second[i], within(3e-8));
                }
                assertThat(value(loss, scores, shares))
                        .isCloseTo(Arrays.stream(each).average().orElseThrow(), within(1e-12));
            }
            assertThatThrownBy(() -> value(Losses.crossEntropy().ignoreIndex(1), scores, shares))
                    .isInstanceOf(BatonException.class)
                    .hasMessageStartingWith("cross-entropy ignores a label, but the targets are shares of classes");
        }
    }

    /** As a label that pads: what is ignored may be no class, and changes nothing. */
    @Test
    void anIgnoredLabelChangesNothing() {
        NDArray scores = NDArray.of(Shape.of(3, 2), 1, 2, 3, -1, 0.5f, 0);
        NDArray two = NDArray.of(Shape.of(2, 2), 1, 2, 0.5f, 0);
        for (int ignored : new int[] {-100, -1, 2, 255}) {
            var loss = Losses.crossEntropy().ignoreIndex(ignored);
            assertThat(value(loss, scores, NDArray.of(Shape.of(3), 0, ignored, 1)))
                    .isEqualTo(value(Losses.crossEntropy(), two, NDArray.of(Shape.of(2), 0, 1)));
        }
        assertThat(value(Losses.crossEntropy().ignoreIndex(-1), scores, NDArray.of(Shape.of(3), -1, -1, -1)))
                .isNaN();
    }

    @Test
    void textIsOneLabelAfterTheOther() {
        NDArray scores = numbers(Shape.of(2, 3, 4), 5, -2, 2);
        NDArray rows = NDArray.of(Shape.of(6, 4), scores.toFloatArray());
        NDArray labels = NDArray.of(Shape.of(2, 3), 0, 1, 2, 3, 0, 1);
        NDArray flat = NDArray.of(Shape.of(6), 0, 1, 2, 3, 0, 1);
        var loss = Losses.crossEntropy();
        assertThat(value(loss, scores, labels)).isEqualTo(value(loss, rows, flat));
        assertThat(evaluate(loss::perExample, scores, labels)).isEqualTo(evaluate(loss::perExample, rows, flat));
        assertThat(graph(loss::perExample, scores, labels)
                        .outputs()
                        .get("result")
                        .shape())
                .isEqualTo(Shape.of(2, 3));
    }

    /** What backends have a fast path for stays one node. */
    @Test
    void crossEntropyStaysWhole() {
        var loss = Losses.crossEntropy();
        NDArray scores = numbers(Shape.of(2, 3, 4), 5, -2, 2);
        for (ReducibleLoss one : new ReducibleLoss[] {
            loss,
            loss.labelSmoothing(0.1),
            loss.classWeights(1, 2, 3, 4),
            loss.ignoreIndex(-1).labelSmoothing(0.1)
        }) {
            assertThat(graph(one::of, scores, labels(scores.shape())).nodes())
                    .filteredOn(node -> node.operation() == SoftmaxCrossEntropy.FORWARD)
                    .hasSize(1);
        }
    }

    /** log(1 + exp(-x)), where exp(-x) is lost beside 1 and where it overflows. */
    @Test
    void binaryCrossEntropyKeepsItsDigits() {
        NDArray logits = NDArray.of(Shape.of(6), 20, -20, 80, -80, 3e38f, -3e38f);
        NDArray targets = NDArray.of(Shape.of(6), 1, 0, 1, 0, 1, 0f);
        var inputs = Map.of("x", logits.toDoubleArray(), "y", targets.toDoubleArray());
        Graph graph = graph(Losses.binaryCrossEntropy()::perExample, logits, targets);
        double[] losses = new Interpreter(graph, Interpreter.Precision.FLOAT)
                .run(inputs, Map.of())
                .outputs()
                .get("result");
        double[] expected = {
            StrictMath.log1p(StrictMath.exp(-20)),
            StrictMath.log1p(StrictMath.exp(-20)),
            StrictMath.exp(-80),
            StrictMath.exp(-80),
            0,
            0
        };
        for (int i = 0; i < losses.length; i++) {
            assertThat(losses[i]).isCloseTo(expected[i], within(3e-7 * expected[i]));
        }
    }

    /** p log(p) is 0 at p = 0, whatever the answer is there; the gradient by the answer too. */
    @Test
    void divergenceAllowsProbabilitiesOfZero() {
        NDArray answers = NDArray.of(Shape.of(1, 3), (float) StrictMath.log(0.5), (float) StrictMath.log(0.5), -1e4f);
        NDArray targets = NDArray.of(Shape.of(1, 3), 0.25f, 0.75f, 0);
        double expected = 0.25 * StrictMath.log(0.5) + 0.75 * StrictMath.log(1.5);
        assertThat(value(Losses.klDivergence(), answers, targets)).isCloseTo(expected, within(1e-7));
        NDArray impossible = NDArray.of(
                Shape.of(1, 3), answers.floats().get(0), answers.floats().get(1), Float.NEGATIVE_INFINITY);
        assertThat(value(Losses.klDivergence(), impossible, targets)).isCloseTo(expected, within(1e-7));
    }

    @Test
    void shapesThatDoNotFitAreExplained() {
        NDArray three = numbers(Shape.of(2, 3), 1, -1, 1);
        NDArray four = numbers(Shape.of(2, 4), 1, -1, 1);
        refused(
                Losses.mse(),
                three,
                four,
                "mse: answers float32[2, 3] and targets float32[2, 4] differ: both have one ");
        refused(
                Losses.l1(),
                three,
                NDArray.of(Shape.of(2), 1, 2),
                "l1: answers float32[2, 3] and targets int32[2] differ");
        refused(Losses.huber(1), three, four, "huber: answers");
        refused(Losses.binaryCrossEntropy(), three, four, "binary cross-entropy: answers");
        refused(Losses.klDivergence(), three, four, "kl divergence: answers");
        NDArray vector = numbers(Shape.of(3), 1, -1, 1);
        refused(Losses.klDivergence(), vector, vector, "kl divergence takes log-probabilities [N, ..., C]");
        refused(
                Losses.crossEntropy(),
                three,
                NDArray.of(Shape.of(3), 0, 1, 2),
                "cross-entropy takes logits [N, C] and int32 labels [N], or [N, T, C] and [N, T], not float32[2, 3] and "
                        + "int32[3]");
        refused(
                Losses.crossEntropy(),
                three,
                numbers(Shape.of(2), 1, 0, 1),
                "cross-entropy takes logits [N, C] and int32");
        refused(
                Losses.negativeLogLikelihood(),
                three,
                three,
                "negative log-likelihood takes log-probabilities [N, C] and int32 labels [N]");
        refused(
                Losses.crossEntropy().classWeights(1, 2),
                three,
                NDArray.of(Shape.of(2), 0, 1),
                "cross-entropy takes logits of as many classes as there are class weights, 2, not float32[2, 3]");
    }

    private static void refused(Loss loss, NDArray answers, NDArray targets, String message) {
        assertThatThrownBy(() -> value(loss, answers, targets))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("at  LossesTest.java:");
    }

    @Test
    void senselessOptionsAreRefused() {
        for (double bad : new double[] {-0.1, 1, Double.NaN}) {
            assertThatThrownBy(() -> Losses.crossEntropy().labelSmoothing(bad))
                    .isInstanceOf(BatonException.class)
                    .hasMessage("label smoothing is at least 0 and less than 1, not " + bad);
        }
        assertThatThrownBy(() -> Losses.crossEntropy().classWeights(1, -1))
                .hasMessage("class weights are numbers of at least 0, not -1.0");
        assertThatThrownBy(() -> Losses.binaryCrossEntropy().positiveWeight(0))
                .hasMessage("a positive weight is a number above 0, not 0.0");
        assertThatThrownBy(() -> Losses.huber(0)).hasMessage("the delta of a Huber loss is a positive number, not 0.0");
    }
}
