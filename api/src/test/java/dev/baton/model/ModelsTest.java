package dev.baton.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerVariable;
import dev.baton.nn.Parameter;
import dev.baton.train.Summary;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelsTest {

    /** Parameters and multiply-adds as torchvision documents them for 224 x 224 and 1000 classes. */
    @Test
    void residualNetworksAreAsLargeAsThoseOfTorchvision() {
        check(ResNet.resNet18(1000), 11_689_512, 1.814e9);
        check(ResNet.resNet34(1000), 21_797_672, 3.664e9);
        check(ResNet.resNet50(1000), 25_557_032, 4.089e9);
    }

    private static void check(Layer model, long parameters, double multiplyAdds) {
        Summary summary = Summary.of(model, Shape.of(3, 224, 224));
        assertThat(summary.parameters()).isEqualTo(parameters);
        // Batch norm, ReLU and the like are not among the multiply-adds.
        assertThat(summary.operations() / (2 * multiplyAdds)).isBetween(1.0, 1.02);
        assertThat(summary.layers().get(summary.layers().size() - 1).output()).hasToString("[N, 1000]");
    }

    @Test
    void residualNetworksForSmallPicturesAreThoseOfThePaper() {
        // 0.27, 0.46 and 0.85 million, and the 1 x 1 convolutions of option B with their norms.
        long shortcuts = 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64;
        assertThat(parameters(ResNet.cifar20(10)) - shortcuts).isEqualTo(269_722);
        assertThat((parameters(ResNet.cifar32(10)) - shortcuts) / 1e6).isCloseTo(0.46, within(0.005));
        assertThat((parameters(ResNet.cifar56(10)) - shortcuts) / 1e6).isCloseTo(0.85, within(0.005));
        // The paper counts 40.8 million multiply-adds of ResNet-20 on CIFAR-10.
        long operations = Summary.of(ResNet.cifar20(10), Shape.of(3, 32, 32)).operations();
        assertThat(operations / 2 / 1e6).isBetween(40.8, 42.0);
    }

    private static long parameters(Layer model) {
        return model.parameters().stream()
                .map(Parameter::shape)
                .mapToLong(Shape::size)
                .sum();
    }

    @Test
    void variablesHaveTorchvisionsNamesAndOrder() {
        List<String> names = variables(ResNet.resNet18(1000));
        assertThat(names)
                .startsWith(
                        "conv1.weight [64, 3, 7, 7]",
                        "bn1.weight [64]",
                        "bn1.bias [64]",
                        "bn1.running_mean [64]",
                        "bn1.running_var [64]",
                        "layer1.0.conv1.weight [64, 64, 3, 3]")
                .containsSubsequence(
                        "layer2.0.conv1.weight [128, 64, 3, 3]",
                        "layer2.0.bn2.running_var [128]",
                        "layer2.0.downsample.0.weight [128, 64, 1, 1]",
                        "layer2.0.downsample.1.weight [128]",
                        "layer2.1.conv1.weight [128, 128, 3, 3]")
                // 20 convolutions, each with a norm of 4, and the last layer.
                .hasSize(20 * 5 + 2);
        assertThat(variables(ResNet.resNet50(1000)))
                .contains(
                        "layer1.0.downsample.0.weight [256, 64, 1, 1]",
                        "layer4.2.conv2.weight [512, 512, 3, 3]",
                        "layer4.2.conv3.weight [2048, 512, 1, 1]",
                        "layer4.2.bn3.running_mean [2048]")
                .hasSize(53 * 5 + 2);
    }

    private static List<String> variables(Layer model) {
        return model.variables().stream().map(LayerVariable::toString).toList();
    }

    @Test
    void leNetHasThe61706ParametersOf1998sLayerSizes() {
        Summary summary = Summary.of(new LeNet(10), Shape.of(1, 28, 28));
        assertThat(summary.parameters()).isEqualTo(61_706);
        assertThat(summary.layers())
                .extracting(row -> row.output().toString())
                .contains("[N, 16, 5, 5]", "[N, 400]")
                .endsWith("[N, 10]");
    }

    @Test
    void anMlpHasALayerBetweenEachTwoSizes() {
        assertThat(variables(Mlp.of(784, 512, 10)))
                .containsExactly("0.weight [784, 512]", "0.bias [512]", "2.weight [512, 10]", "2.bias [10]");
        assertThatThrownBy(() -> Mlp.of(784))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "a network has an input and an output: Mlp.of(784, 512, 10) names at least two sizes, not 1");
    }
}
