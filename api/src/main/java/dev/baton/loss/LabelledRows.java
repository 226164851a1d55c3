package dev.baton.loss;

import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.composite.ClassLabels;
import dev.baton.graph.Emitter;
import dev.baton.tensor.Tensor;
import java.util.List;

/**
 * Scores of classes [..., C] and their labels [...] as rows and one label for each.
 *
 * @param scores [M, C]
 * @param labels [M], int32; class 0 where the label is ignored
 * @param ignored [M], whether the label does not count; null where all of them count
 * @param shape of the labels as they were given
 */
record LabelledRows(Tensor scores, Tensor labels, Tensor ignored, Shape shape) {

    /**
     * @param takes what messages say of the loss, such as {@code cross-entropy takes logits}
     * @param ignoreIndex the label that does not count; null where all of them do
     * @throws ShapeException if the shapes do not fit
     */
    static LabelledRows of(String takes, Tensor scores, Tensor labels, Integer ignoreIndex) {
        boolean fits = scores.shape().rank() >= 2
                && scores.shape().without(-1).equals(labels.shape())
                && labels.dtype() == DType.INT32;
        if (!fits) {
            throw scores.graph()
                    .shapeError(takes + " [N, C] and int32 labels [N], or [N, T, C] and [N, T], not "
                            + scores.value().type() + " and " + labels.value().type());
        }
        var attributes = ClassLabels.attributes(scores.shape().dim(-1));
        if (ignoreIndex != null) {
            attributes = attributes.with(ClassLabels.IGNORED, (long) ignoreIndex);
        }
        Dim count = labels.shape().elements();
        Shape flat = Shape.of(List.of(count));
        return new LabelledRows(
                scores.reshape(Shape.of(List.of(count, scores.shape().dim(-1)))),
                labels.apply(ClassLabels.INSTANCE, attributes).reshape(flat),
                ignoreIndex == null
                        ? null
                        : labels.equalTo(labels.fullLike(ignoreIndex)).reshape(flat),
                labels.shape());
    }

    /** Whether a class is the row's label: [M, C]. */
    Tensor isLabel() {
        var emit = new Emitter(scores.graph());
        var classes = emit.broadcast(emit.iota(scores.shape().dim(1), DType.INT32), scores.shape());
        var repeated = emit.unreduce(labels.value(), scores.shape(), 1);
        return Tensor.of(scores.graph(), emit.equal(repeated, classes));
    }

    /** For each row the number at its label: [C] or [M, C] -> [M]. */
    Tensor ofLabel(Tensor numbers) {
        return isLabel().select(numbers, scores.fullLike(0)).sum(1);
    }
}
