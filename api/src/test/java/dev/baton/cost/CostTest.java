package dev.baton.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.loss.Losses;
import dev.baton.model.Gpt;
import dev.baton.model.Mlp;
import dev.baton.model.ResNet;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.optim.Sgd;
import dev.baton.train.Epochs;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostTest {

    private static final Hardware H100 = Hardware.named("H100");

    /** Three inputs, five, two classes. */
    private static Cost small() {
        return Cost.of(Sequential.of(new Linear(3, 5), new ReLU(), new Linear(5, 2)), Shape.of(3))
                .batch(7);
    }

    /**
     * The multiply-adds of convolutions and linear layers for a picture of 224 x 224, as fvcore and ptflops count them, and
     * torchvision's numbers of parameters.
     */
    @ParameterizedTest
    @CsvSource({"18, 1814073344, 11689512", "34, 3663761408, 21797672", "50, 4089184256, 25557032"})
    void publishedNumbersOfResNets(int depth, long multiplyAdds, long parameters) {
        ResNet model =
                depth == 18 ? ResNet.resNet18(1000) : depth == 34 ? ResNet.resNet34(1000) : ResNet.resNet50(1000);
        Cost cost = Cost.of(model, Shape.of(3, 224, 224)).batch(1);
        assertThat(cost.multiplyAdds()).isEqualTo(multiplyAdds);
        assertThat(cost.answering(1, H100).step().parameters()).isEqualTo(parameters);
    }

    private static Gpt gpt(int layers, int width, int heads, int context) {
        return Gpt.of(50_257)
                .context(context)
                .layers(layers)
                .heads(heads)
                .width(width)
                .build();
    }

    /** 12 layers, 12 heads, width 768, context 1024: the 124,439,808 parameters of OpenAI's smallest GPT-2. */
    @Test
    void publishedNumbersOfGpt2() {
        Cost cost = Cost.of(gpt(12, 768, 12, 1024), DType.INT32, Shape.of(1024));
        assertThat(cost.answering(1, H100).step().parameters()).isEqualTo(124_439_808);
        // Without the head, of which there is no product with a weight of its own: 12 width^2 a layer and token, the
        // scores
        // of attention and what they are multiplied with, and the head itself.
        long products = 12L * 12 * 768 * 768 * 1024;
        long attention = 12L * 2 * 1024 * 1024 * 768;
        long head = 1024L * 768 * 50_257;
        assertThat(cost.multiplyAdds()).isEqualTo(products + attention + head);
    }

    /** Brown et al. 2020, "Language Models are Few-Shot Learners", table D.1: 174,600 M parameters, 3.14e23 operations. */
    @Test
    void gpt3IsPlannedWithoutAnyOfItsMemory() {
        Estimate estimate = Cost.of(gpt(96, 12_288, 96, 2048), DType.INT32, Shape.of(2048))
                .batch(1536)
                .training(
                        300_000_000_000L / 2048,
                        Epochs.of(1),
                        Hardware.named("v100").arithmetic(Arithmetic.HALF).devices(1536));
        assertThat(estimate.step().parameters() / 1e6).isCloseTo(174_600, within(50.0));
        assertThat(estimate.parameterOperations()).isCloseTo(3.14e23, within(0.005e23));
        // Attention's scores are on top: 12 layers width context a token (Kaplan et al. 2020, with the backward pass).
        double scores = 12.0 * 96 * 12_288 * 2048 * 300e9;
        assertThat(estimate.operations())
                .isBetween(
                        estimate.parameterOperations() + 0.99 * scores, 1.01 * estimate.parameterOperations() + scores);
        assertThat(estimate.fits()).isFalse();
        assertThat(estimate.toString()).contains("does not fit", "174,604,259,328", "utilisation 40 %", "PUE) 1.56");
    }

    /** By hand, for a batch of 7: products, biases, ReLU; 3 x 5 + 5 + 5 x 2 + 2 parameters. */
    @Test
    void operationsByLayer() {
        StepCost step = small().trainingStep(7, "reference");
        assertThat(step.parameters()).isEqualTo(32);
        LayerCost first = row(step, "0: Linear(3 -> 5)");
        assertThat(first.parameters()).isEqualTo(20);
        assertThat(first.operations().forward()).isEqualTo(2 * 7 * 3 * 5 + 7 * 5);
        // The gradient by the weight and the sum for the bias: nobody needs that by the inputs.
        assertThat(first.operations().backward()).isEqualTo(2 * 7 * 3 * 5 + 7 * 5);
        LayerCost last = row(step, "2: Linear(5 -> 2)");
        assertThat(last.operations().forward()).isEqualTo(2 * 7 * 5 * 2 + 7 * 2);
        assertThat(last.operations().backward()).isEqualTo(2 * 2 * 7 * 5 * 2 + 7 * 2);
        assertThat(row(step, "1: ReLU").operations().forward()).isEqualTo(7 * 5);
        assertThat(step.layers().stream()
                        .mapToLong(row -> row.operations().total())
                        .sum())
                .isEqualTo(step.operations().total());
        assertThat(step.layers().stream().mapToLong(LayerCost::bytes).sum()).isEqualTo(step.bytes());
    }

    private static LayerCost row(StepCost step, String layer) {
        return step.layers().stream()
                .filter(row -> row.layer().equals(layer))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void memoryByKind() {
        StepCost step = small().trainingStep(7, "reference");
        assertThat(step.weights()).isEqualTo(32 * 4);
        assertThat(step.gradients()).isEqualTo(32 * 4);
        assertThat(step.optimizer()).isEqualTo(2 * 32 * 4);
        assertThat(small().optimizer(Sgd.of(0.1)).trainingStep(7, "reference").optimizer())
                .isZero();
        // Pictures and labels; the runtime's own scalars are a few bytes beside them.
        assertThat(step.inputs()).isBetween(7L * 3 * 4 + 7 * 4, 7L * 3 * 4 + 7 * 4 + 64);
        // What the ReLU gave is kept: [7, 5], and the softmax's saved values.
        assertThat(row(step, "1: ReLU").activations()).isEqualTo(7 * 5 * 4);
    }

    @Test
    void theUpdateIsThatOfTheOptimizer() {
        long plain = small().optimizer(Sgd.of(0.1))
                .trainingStep(7, "reference")
                .operations()
                .update();
        long adam = small().optimizer(AdamW.of(0.1))
                .trainingStep(7, "reference")
                .operations()
                .update();
        // At least a product and a difference for each parameter, and the square and sum of its norm.
        assertThat(plain).isGreaterThanOrEqualTo(4 * 32);
        assertThat(adam).isGreaterThan(plain + 5 * 32);
    }

    @Test
    void stepsAndExamples() {
        Estimate whole = small().training(100, Epochs.of(3), H100);
        assertThat(whole.steps()).isEqualTo(3 * 15);
        assertThat(whole.examples()).isEqualTo(300);
        assertThat(whole.parameterOperations()).isEqualTo(6.0 * 32 * 300);
        Estimate cut = small().training(100, Epochs.of(3).atMostSteps(10), H100);
        assertThat(cut.steps()).isEqualTo(10);
        assertThat(cut.examples()).isEqualTo(70);
        assertThat(small().answering(9, H100).parameterOperations()).isEqualTo(2.0 * 32 * 9);
    }

    /** The roofline, and a ring that sends 2 (K - 1) / K of the gradients; by hand. */
    @Test
    void timeEnergyAndMoney() {
        Cost cost = Cost.of(Mlp.of(1024, 1024, 1024), Shape.of(1024)).batch(4096);
        var device = new Hardware(
                "a device", Map.of(Arithmetic.FLOAT32, 1e12), Arithmetic.FLOAT32, 1e15, 1e12, 200, 1, 1e9, null);
        var site = Assumptions.usual()
                .utilisation(0.5)
                .overhead(2)
                .pricePerKilowattHour(0.5)
                .pricePerDeviceHour(3)
                .gramsOfCo2PerKilowattHour(100);
        Estimate one = cost.assuming(site).training(4096, Epochs.of(1), device);
        assertThat(one.computing()).isCloseTo(one.operations() / 0.5e12, within(1e-9));
        assertThat(one.communicating()).isZero();
        double hours = one.seconds() / 3600;
        assertThat(one.joules()).isCloseTo(one.seconds() * 200 * 2, within(1e-9));
        assertThat(one.money()).isCloseTo(hours * 0.4 * 0.5 + hours * 3, within(1e-9));
        assertThat(one.gramsOfCo2()).isCloseTo(hours * 0.4 * 100, within(1e-9));
        Estimate four = cost.assuming(site).training(4096, Epochs.of(1), device.devices(4));
        assertThat(four.step().batch()).isEqualTo(1024);
        long parameters = 2 * (1024 * 1024 + 1024);
        assertThat(four.communicating()).isCloseTo(1.5 * 4 * parameters / 1e9, within(1e-12));
        assertThat(four.computing()).isBetween(one.computing() / 4, one.computing() / 3);
    }

    @Test
    void aSlowMemoryIsTheLimit() {
        var slow = new Hardware(
                "slow", Map.of(Arithmetic.FLOAT32, 1e18), Arithmetic.FLOAT32, 1e9, 1e12, 200, 1, 1e9, null);
        Estimate estimate = small().training(7, Epochs.of(1), slow);
        assertThat(estimate.seconds()).isCloseTo(estimate.step().bytes() / 1e9, within(1e-15));
    }

    @Test
    void otherLossesHaveOtherTargets() {
        Cost cost = small().loss(Losses.mse());
        assertThat(cost.trainingStep(7, "reference").inputs()).isGreaterThanOrEqualTo(7 * (3 + 2) * 4);
        Cost own = small().loss((answers, targets) ->
                        answers.subtract(targets.cast(DType.FLOAT32)).abs().mean())
                .targets(DType.INT32, Shape.of(2));
        assertThat(own.trainingStep(7, "reference").parameters()).isEqualTo(32);
    }

    @Test
    void studyAgainstExam() {
        StudyAgainstExam both = small().studyAgainstExam(H100);
        double exam = both.exam().operations();
        assertThat(both.studyOperations()).isEqualTo(both.study().operations() / 7);
        assertThat(both.answers()).isEqualTo(both.study().operations() / exam);
        assertThat(both.toString()).contains("one training example", "one answer", " answers; training = ");
    }

    @Test
    void tooManyDevicesForABatch() {
        assertThat(small().training(70, Epochs.of(1), H100.devices(7)).warnings())
                .isEmpty();
        assertThat(small().training(70, Epochs.of(1), H100.devices(100)).toString())
                .contains("warning: the batch is too small for so many devices");
    }

    @ParameterizedTest
    @ValueSource(strings = {"V100", "a100", "H100", "H200", "B200", "tpu-v4", "TPU v5p", "laptop", "phone"})
    void hardwareByName(String name) {
        Estimate estimate = small().training(70, Epochs.of(1), Hardware.named(name));
        assertThat(estimate.figures().values())
                .allSatisfy(figure -> assertThat(figure.doubleValue()).isFinite());
        assertThat(estimate.fits()).isTrue();
    }

    @Test
    void wrongQuestions() {
        assertThatThrownBy(() -> Hardware.named("abacus"))
                .isInstanceOf(BatonException.class)
                .hasMessageStartingWith("there is no hardware named 'abacus'; there are V100, A100");
        assertThatThrownBy(() -> Hardware.named("V100").arithmetic(Arithmetic.TF32))
                .hasMessage("V100 has no peak rate of TF32; it has those of [float32, 16 bits]");
        assertThatThrownBy(() -> H100.devices(0)).hasMessageContaining("at least one device");
        assertThatThrownBy(() -> small().batch(0)).hasMessageContaining("at least one example");
        assertThatThrownBy(() -> small().training(0, Epochs.of(1), H100)).hasMessageContaining("at least one example");
        assertThatThrownBy(() -> Assumptions.usual().utilisation(40)).hasMessageContaining("at most 1");
        assertThatThrownBy(() -> Assumptions.usual().overhead(0.5)).hasMessageContaining("at least 1");
    }
}
