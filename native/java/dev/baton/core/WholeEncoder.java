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

    /** The opcode of each; variants of some are added to it. */
    private static final Map<Operation, Integer> OPCODES = Map.ofEntries(
            Map.entry(SoftmaxCrossEntropy.FORWARD, 4),
            Map.entry(SoftmaxCrossEntropy.BACKWARD, 5),
            Map.entry(AdamUpdate.INSTANCE, 6),
            Map.entry(SgdUpdate.INSTANCE, 7),
            Map.entry(AllFinite.INSTANCE, 8),
            Map.entry(AllReduce.INSTANCE, 30),
            Map.entry(Norms.INSTANCE, 29),
            Map.entry(Primitive.PAD, 9),
            Map.entry(Primitive.CONCAT, 10),
            Map.entry(Primitive.FOLD, 11),
            Map.entry(Primitive.GATHER, 12),
            Map.entry(Primitive.SCATTER_ADD, 13),
            Map.entry(Convolution.FORWARD, PictureWords.CONVOLUTION),
            Map.entry(Convolution.INPUT_GRADIENT, PictureWords.CONVOLUTION_BY_INPUT),
            Map.entry(Convolution.WEIGHT_GRADIENT, PictureWords.CONVOLUTION_BY_WEIGHT),
            Map.entry(WinogradConvolution.INSTANCE, PictureWords.CONVOLUTION + PictureWords.TRANSFORMED),
            Map.entry(WinogradConvolution.RECTIFIED, 21 + PictureWords.TRANSFORMED),
            Map.entry(MaxPool.FORWARD, 17),
            Map.entry(MaxPool.BACKWARD, 18),
            Map.entry(BatchNorm.FORWARD, 19),
            Map.entry(BatchNorm.BACKWARD, 20),
            Map.entry(RectifiedConvolution.FORWARD, 21),
            Map.entry(RectifiedConvolution.INPUT_GRADIENT, 28),
            Map.entry(RectifiedBatchNorm.FORWARD, 22),
            Map.entry(RectifiedBatchNorm.BACKWARD, 23),
            Map.entry(LayerNormalization.FORWARD, 24),
            Map.entry(RmsNormalization.FORWARD, 24),
            Map.entry(LayerNormalization.BACKWARD, 25),
            Map.entry(RmsNormalization.BACKWARD, 25),
            Map.entry(Softmax.SOFTMAX, 26),
            Map.entry(Softmax.LOG_SOFTMAX, 26),
            Map.entry(Softmax.SOFTMAX.backward(), 27),
            Map.entry(Softmax.LOG_SOFTMAX.backward(), 27),
            Map.entry(DotProductAttention.FORWARD, 34),
            Map.entry(PackedAttention.FORWARD, 34),
            Map.entry(PackedQueries.INSTANCE, 34),
            Map.entry(DotProductAttention.BACKWARD, 35),
            Map.entry(PackedAttention.BACKWARD, 35),
            Map.entry(CachedAttention.SEPARATE, 37),
            Map.entry(CachedAttention.PACKED, 37),
            Map.entry(RotaryEmbedding.INSTANCE, 36),
            Map.entry(QuantizedProduct.LINEAR, 50),
            Map.entry(QuantizedProduct.CONVOLUTION, 50),
            Map.entry(Lstm.FORWARD, 40),
            Map.entry(Lstm.BACKWARD, 41),
            Map.entry(Gru.FORWARD, 42),
            Map.entry(Gru.BACKWARD, 43));

    private WholeEncoder() {}

    /** Whether the native core has a kernel for this operation. */
    static boolean knows(NativeCore core, Operation operation) {
        Integer opcode = OPCODES.get(operation);
        return opcode != null && core.has_command(opcode) == 1;
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
        Operation operation = kernel.node().operation();
        int opcode = OPCODES.get(operation);
        // No table of functions: all of them would be linked before a first program runs, which needs a few.
        switch (opcode) {
            case 4, 5 -> TrainingWords.crossEntropy(out, kernel);
            case 6 -> TrainingWords.adam(out, kernel);
            case 7 -> TrainingWords.sgd(out, kernel);
            case 8 -> TrainingWords.allFinite(out, kernel);
            case 9 -> MovementWords.pad(out, kernel);
            case 10 -> MovementWords.concat(out, kernel);
            case 11 -> MovementWords.fold(out, kernel);
            case 12 -> MovementWords.gather(out, kernel);
            case 13 -> MovementWords.scatterAdd(out, kernel);
            case PictureWords.CONVOLUTION,
                    PictureWords.CONVOLUTION_BY_INPUT,
                    PictureWords.CONVOLUTION_BY_WEIGHT,
                    PictureWords.CONVOLUTION + PictureWords.TRANSFORMED,
                    21,
                    21 + PictureWords.TRANSFORMED -> PictureWords.convolution(out, kernel);
            case 17, 18 -> PictureWords.maxPool(out, kernel);
            case 19 -> PictureWords.batchNorm(out, kernel);
            case 20 -> PictureWords.batchNormBackward(out, kernel);
            case 22 -> PictureWords.rectifiedBatchNorm(out, kernel);
            case 23 -> PictureWords.rectifiedBatchNormBackward(out, kernel);
            case 24, 25 -> NormalizationWords.normalization(out, kernel);
            case 26 -> NormalizationWords.softmax(out, kernel);
            case 27 -> NormalizationWords.softmaxBackward(out, kernel);
            case 28 -> PictureWords.rectifiedInputGradient(out, kernel);
            case 29 -> TrainingWords.norms(out, kernel);
            case 30 -> TrainingWords.allReduce(out, kernel);
            case 34, 35 -> AttentionWords.attention(out, kernel);
            case 36 -> AttentionWords.rotary(out, kernel);
            case 37 -> AttentionWords.cached(out, kernel);
            case 40, 42, 43 -> RecurrentWords.recurrence(out, kernel);
            case 41 -> RecurrentWords.lstmBackward(out, kernel);
            case 50 -> Int8Words.product(out, kernel);
            default -> throw new IllegalStateException(operation.label() + " has an opcode and no words");
        }
        return opcode + PictureWords.variant(out.core(), kernel.node());
    }
}
