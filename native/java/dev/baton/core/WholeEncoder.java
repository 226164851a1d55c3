package dev.baton.core;

import dev.baton.composite.AdamUpdate;
import dev.baton.composite.AllFinite;
import dev.baton.composite.AllReduce;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.CachedAttention;
import dev.baton.composite.Convolution;
import dev.baton.composite.DotProductAttention;
import dev.baton.composite.Gru;
import dev.baton.composite.LayerNormalization;
import dev.baton.composite.Lstm;
import dev.baton.composite.MaxPool;
import dev.baton.composite.Norms;
import dev.baton.composite.PackedAttention;
import dev.baton.composite.PackedQueries;
import dev.baton.composite.QuantizedProduct;
import dev.baton.composite.RectifiedBatchNorm;
import dev.baton.composite.RectifiedConvolution;
import dev.baton.composite.RmsNormalization;
import dev.baton.composite.RotaryEmbedding;
import dev.baton.composite.SgdUpdate;
import dev.baton.composite.Softmax;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.composite.WinogradConvolution;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.program.Kernel;
import java.util.Map;

/** The operations that the native core runs whole, and what writes the words of each. */
final class WholeEncoder {

    /** Writes the words of a command after its opcode and its length. */
    @FunctionalInterface
    interface Words {
        void write(Encoder out, Kernel.Whole kernel);
    }

    private record Command(int opcode, Words words) {}

    private static final Map<Operation, Command> COMMANDS = Map.ofEntries(
            Map.entry(SoftmaxCrossEntropy.FORWARD, new Command(4, TrainingWords::crossEntropy)),
            Map.entry(SoftmaxCrossEntropy.BACKWARD, new Command(5, TrainingWords::crossEntropy)),
            Map.entry(AdamUpdate.INSTANCE, new Command(6, TrainingWords::adam)),
            Map.entry(SgdUpdate.INSTANCE, new Command(7, TrainingWords::sgd)),
            Map.entry(AllFinite.INSTANCE, new Command(8, TrainingWords::allFinite)),
            Map.entry(AllReduce.INSTANCE, new Command(30, TrainingWords::allReduce)),
            Map.entry(Norms.INSTANCE, new Command(29, TrainingWords::norms)),
            Map.entry(Primitive.PAD, new Command(9, MovementWords::pad)),
            Map.entry(Primitive.CONCAT, new Command(10, MovementWords::concat)),
            Map.entry(Primitive.FOLD, new Command(11, MovementWords::fold)),
            Map.entry(Primitive.GATHER, new Command(12, MovementWords::gather)),
            Map.entry(Primitive.SCATTER_ADD, new Command(13, MovementWords::scatterAdd)),
            Map.entry(Convolution.FORWARD, new Command(PictureWords.CONVOLUTION, PictureWords::convolution)),
            Map.entry(
                    Convolution.INPUT_GRADIENT,
                    new Command(PictureWords.CONVOLUTION_BY_INPUT, PictureWords::convolution)),
            Map.entry(
                    Convolution.WEIGHT_GRADIENT,
                    new Command(PictureWords.CONVOLUTION_BY_WEIGHT, PictureWords::convolution)),
            Map.entry(
                    WinogradConvolution.INSTANCE,
                    new Command(PictureWords.CONVOLUTION + PictureWords.TRANSFORMED, PictureWords::convolution)),
            Map.entry(
                    WinogradConvolution.RECTIFIED,
                    new Command(21 + PictureWords.TRANSFORMED, PictureWords::convolution)),
            Map.entry(MaxPool.FORWARD, new Command(17, PictureWords::maxPool)),
            Map.entry(MaxPool.BACKWARD, new Command(18, PictureWords::maxPool)),
            Map.entry(BatchNorm.FORWARD, new Command(19, PictureWords::batchNorm)),
            Map.entry(BatchNorm.BACKWARD, new Command(20, PictureWords::batchNormBackward)),
            Map.entry(RectifiedConvolution.FORWARD, new Command(21, PictureWords::convolution)),
            Map.entry(RectifiedConvolution.INPUT_GRADIENT, new Command(28, PictureWords::rectifiedInputGradient)),
            Map.entry(RectifiedBatchNorm.FORWARD, new Command(22, PictureWords::rectifiedBatchNorm)),
            Map.entry(RectifiedBatchNorm.BACKWARD, new Command(23, PictureWords::rectifiedBatchNormBackward)),
            Map.entry(LayerNormalization.FORWARD, new Command(24, NormalizationWords::layerNorm)),
            Map.entry(RmsNormalization.FORWARD, new Command(24, NormalizationWords::rmsNorm)),
            Map.entry(LayerNormalization.BACKWARD, new Command(25, NormalizationWords::layerNormBackward)),
            Map.entry(RmsNormalization.BACKWARD, new Command(25, NormalizationWords::rmsNormBackward)),
            Map.entry(Softmax.SOFTMAX, new Command(26, NormalizationWords::softmax)),
            Map.entry(Softmax.LOG_SOFTMAX, new Command(26, NormalizationWords::softmax)),
            Map.entry(Softmax.SOFTMAX.backward(), new Command(27, NormalizationWords::softmaxBackward)),
            Map.entry(Softmax.LOG_SOFTMAX.backward(), new Command(27, NormalizationWords::softmaxBackward)),
            Map.entry(DotProductAttention.FORWARD, new Command(34, AttentionWords::forward)),
            Map.entry(PackedAttention.FORWARD, new Command(34, AttentionWords::packedForward)),
            Map.entry(PackedQueries.INSTANCE, new Command(34, AttentionWords::packedQueries)),
            Map.entry(DotProductAttention.BACKWARD, new Command(35, AttentionWords::backward)),
            Map.entry(PackedAttention.BACKWARD, new Command(35, AttentionWords::packedBackward)),
            Map.entry(CachedAttention.SEPARATE, new Command(37, AttentionWords::cached)),
            Map.entry(CachedAttention.PACKED, new Command(37, AttentionWords::cached)),
            Map.entry(RotaryEmbedding.INSTANCE, new Command(36, AttentionWords::rotary)),
            Map.entry(QuantizedProduct.LINEAR, new Command(50, Int8Words::product)),
            Map.entry(QuantizedProduct.CONVOLUTION, new Command(50, Int8Words::product)),
            Map.entry(Lstm.FORWARD, new Command(40, RecurrentWords::recurrence)),
            Map.entry(Lstm.BACKWARD, new Command(41, RecurrentWords::lstmBackward)),
            Map.entry(Gru.FORWARD, new Command(42, RecurrentWords::recurrence)),
            Map.entry(Gru.BACKWARD, new Command(43, RecurrentWords::recurrence)));

    private WholeEncoder() {}

    /** Whether the native core has a kernel for this operation. */
    static boolean knows(NativeCore core, Operation operation) {
        Command command = COMMANDS.get(operation);
        return command != null && core.has_command(command.opcode()) == 1;
    }

    /** The bytes of workspace that the command wants while it runs. */
    static long scratch(Node node) {
        if (node.operation() == Norms.INSTANCE) {
            return TrainingWords.scratchOfNorms(node);
        }
        boolean sums = node.operation() == LayerNormalization.BACKWARD || node.operation() == RmsNormalization.BACKWARD;
        return sums ? NormalizationWords.scratch(node) : RecurrentWords.scratch(node);
    }

    /** Adds the words after the first two; gives the opcode. */
    static int encode(Encoder out, Kernel.Whole kernel) {
        Command command = COMMANDS.get(kernel.node().operation());
        command.words().write(out, kernel);
        return command.opcode() + PictureWords.variant(out.core(), kernel.node());
    }
}
