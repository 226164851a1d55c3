package dev.baton.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.tensor.Tensor;
import dev.baton.train.Summary;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Options of the layers for pictures, and what they say of operands that do not fit. */
class PictureLayersTest {

    private static Shape answers(Layer layer, long... example) {
        var builder = new GraphBuilder();
        var type = new TensorType(DType.FLOAT32, Shape.of(example).prepend(Dim.symbol("N")));
        return Layer.trace(layer, Tensor.of(builder, builder.input("x", type))).shape();
    }

    private static void refused(Layer layer, String message, long... example) {
        assertThatThrownBy(() -> answers(layer, example))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("\n  in  " + layer)
                .hasMessageContaining("\n  at  PictureLayersTest.java:");
    }

    private static void impossible(Supplier<Layer> layer, String message) {
        assertThatThrownBy(layer::get).isInstanceOf(BatonException.class).hasMessage(message);
    }

    @Test
    void anOptionGivesANewLayer() {
        var plain = new Conv2d(3, 32, 3);
        var changed = plain.stride(2, 1).padding(1).dilation(2).withoutBias();
        assertThat(plain).hasToString("Conv2d(3 -> 32, 3 x 3)");
        assertThat(changed).hasToString("Conv2d(3 -> 32, 3 x 3, stride 2 x 1, padding 1, dilation 2, no bias)");
        assertThat(changed.parameters()).hasToString("[weight [32, 3, 3, 3]]");
        assertThat(plain.parameters()).hasToString("[weight [32, 3, 3, 3], bias [32]]");
        assertThat(new Conv2d(6, 4, 1, 2).groups(2).parameters()).hasToString("[weight [4, 3, 1, 2], bias [4]]");
        assertThat(new ConvTranspose2d(6, 4, 1, 2).groups(2).parameters())
                .hasToString("[weight [6, 2, 1, 2], bias [4]]");
        assertThat(new Conv1d(6, 4, 5).groups(2).parameters()).hasToString("[weight [4, 3, 5], bias [4]]");
        assertThat(new MaxPool2d(3)).hasToString("MaxPool2d(3 x 3)");
        assertThat(new MaxPool2d(3).stride(2).padding(1)).hasToString("MaxPool2d(3 x 3, stride 2, padding 1)");
        assertThat(new BatchNorm(4).variables())
                .hasToString("[weight [4], bias [4], running_mean [4], running_var [4]]");
    }

    @Test
    void sizesFollowPyTorchsFormulas() {
        assertThat(answers(new Conv2d(3, 8, 3).stride(2).padding(1), 3, 32, 31)).hasToString("[N, 8, 16, 16]");
        assertThat(answers(new Conv2d(3, 8, 3).dilation(3), 3, 32, 31)).hasToString("[N, 8, 26, 25]");
        assertThat(answers(new Conv1d(3, 8, 4).stride(3), 3, 32)).hasToString("[N, 8, 10]");
        assertThat(answers(new ConvTranspose2d(3, 8, 3).stride(2).padding(1), 3, 16, 9))
                .hasToString("[N, 8, 31, 17]");
        assertThat(answers(new ConvTranspose2d(3, 8, 3).stride(2).padding(1).outputPadding(1), 3, 16, 9))
                .hasToString("[N, 8, 32, 18]");
        assertThat(answers(new MaxPool2d(2), 3, 33, 32)).hasToString("[N, 3, 16, 16]");
        assertThat(answers(new AveragePool2d(3).stride(2).padding(1), 3, 33, 32))
                .hasToString("[N, 3, 17, 16]");
        assertThat(answers(new AdaptiveAveragePool2d(7, 3), 3, 33, 32)).hasToString("[N, 3, 7, 3]");
        assertThat(answers(new GlobalAveragePool(), 3, 33, 32)).hasToString("[N, 3]");
        assertThat(answers(new Flatten(), 3, 4, 5)).hasToString("[N, 60]");
    }

    @Test
    void whatDoesNotFitIsExplained() {
        refused(
                new Conv2d(3, 8, 3),
                "convolution: a filter of the weight [8, 3, 3, 3] sees 3 channels, x [N, 4, 9, 9] has 4",
                4,
                9,
                9);
        refused(
                new Conv2d(4, 8, 3).groups(2),
                "convolution: a filter of the weight [8, 2, 3, 3] sees 2 channels, x [N, 6, 9, 9] has 6 in 2 groups",
                6,
                9,
                9);
        refused(new Conv2d(3, 8, 3), "convolution: x is [N, 27] and should be [N, C, H, W]", 27);
        refused(
                new Conv2d(3, 8, 5).padding(1),
                "convolution: a window of 5 rows does not fit into [N, 3, 2, 9], padded to 4",
                3,
                2,
                9);
        refused(
                new Conv2d(3, 8, 3).dilation(1, 4),
                "convolution: a window of 9 columns does not fit into [N, 3, 9, 8]",
                3,
                9,
                8);
        refused(new Conv1d(3, 8, 3), "convolution: x is [N, 3, 9, 9] and should be [N, C, L]", 3, 9, 9);
        refused(new ConvTranspose2d(3, 8, 3), "transposed convolution: x is [N, 3] and should be [N, C, H, W]", 3);
        refused(
                new ConvTranspose2d(3, 8, 3).stride(2).outputPadding(2),
                "transposed convolution: the output padding 2 is not smaller than the stride or the dilation",
                3,
                4,
                4);
        refused(
                new ConvTranspose2d(3, 8, 3).padding(3),
                "transposed convolution: the padding 3 leaves nothing of 6 rows",
                3,
                4,
                9);
        refused(new ConvTranspose2d(3, 8, 3), "convolution input gradient: the gradient is [N, 4, 5, 5], but", 4, 5, 5);
        refused(
                new MaxPool2d(2).padding(2),
                "pool: the padding 2 is more than half of the window, which is 2 high",
                3,
                9,
                9);
        refused(new MaxPool2d(3), "max pool: a window of 3 rows does not fit into [N, 3, 2, 9]", 3, 2, 9);
        refused(new AveragePool2d(2), "average pool: x is [N, 3, 9] and should be [N, C, H, W]", 3, 9);
        refused(new GlobalAveragePool(), "average pool: x is [N, 3] and should be [N, C, ...]", 3);
        refused(
                new BatchNorm(3),
                "batch norm inference: the weight is float32[3], but x float32[N, 4, 9, 9] has 4 channels",
                4,
                9,
                9);
        refused(new GroupNorm(2, 4), "group norm: x is [N, 6, 9] and should be [N, 4, ...]", 6, 9);
        refused(
                new Residual(new Conv2d(3, 3, 3)),
                "residual: the body gives [N, 3, 7, 7], but the input is [N, 3, 9, 9]",
                3,
                9,
                9);
    }

    @Test
    void impossibleOptionsAreRefusedAtOnce() {
        impossible(() -> new Conv2d(0, 8, 3), "Conv2d needs at least one input and one output channel, not 0 -> 8");
        impossible(() -> new Conv2d(3, 8, 3, 0), "the kernel of Conv2d is at least 1, not 3 x 0");
        impossible(() -> new Conv2d(3, 8, 3).stride(0), "the stride of Conv2d is at least 1, not 0");
        impossible(() -> new Conv1d(3, 8, 3).padding(-1), "the padding of Conv1d is at least 0, not 0 x -1");
        impossible(
                () -> new Conv2d(4, 6, 3).groups(4), "the channels of Conv2d, 4 -> 6, do not come in 4 equal groups");
        impossible(
                () -> new ConvTranspose2d(4, 6, 3).outputPadding(-1),
                "the output padding of ConvTranspose2d is at least 0, not -1 x -1");
        impossible(() -> new BatchNorm(0), "BatchNorm needs at least one channel, not 0");
        impossible(() -> new BatchNorm(3).momentum(0), "the momentum of BatchNorm is above 0 and at most 1, not 0.0");
        impossible(() -> new BatchNorm(3).epsilon(-1), "the epsilon of BatchNorm is a positive number, not -1.0");
        impossible(() -> new GroupNorm(3, 4), "the channels of GroupNorm, 4, do not come in 3 equal groups");
        impossible(() -> new AdaptiveAveragePool2d(0), "AdaptiveAveragePool2d gives at least 1 x 1 means, not 0 x 0");
    }

    /** What is gathered is no parameter. */
    @Test
    void aSummaryCountsWhatIsLearnt() {
        var model = Sequential.of(new Conv2d(3, 8, 3).padding(1), new BatchNorm(8), new MaxPool2d(2));
        Summary summary = Summary.of(model, Shape.of(3, 6, 4));
        assertThat(summary.layers()).extracting(Summary.Row::parameters).containsExactly(8 * 27 + 8L, 16L, 0L);
        assertThat(summary.parameters()).isEqualTo(8 * 27 + 8 + 16);
        // A product and a sum for each element under the kernel, a sum for the bias; a comparison for each of four.
        assertThat(summary.layers().get(0).operations()).isEqualTo(24 * 8 * (2 * 27 + 1));
        assertThat(summary.layers().get(2).operations()).isEqualTo(6 * 8 * 4);
    }
}
