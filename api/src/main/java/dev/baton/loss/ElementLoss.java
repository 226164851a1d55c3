package dev.baton.loss;

import dev.baton.tensor.Tensor;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/**
 * A loss of each element, for answers and targets of one shape [N, ...]: the mean of all elements, the sum of all
 * elements, or for each example the mean of its elements.
 */
final class ElementLoss extends ReducibleLoss {

    private final String name;
    private final BinaryOperator<Tensor> elements;

    /**
     * @param name as messages call it
     * @param elements from answers and targets to the loss of each element
     */
    ElementLoss(String name, BinaryOperator<Tensor> elements) {
        this.name = name;
        this.elements = elements;
    }

    /**
     * The loss of each element.
     *
     * @throws dev.baton.ShapeException if answers and targets differ in shape or element type
     */
    Tensor elements(Tensor answers, Tensor targets) {
        if (!answers.value().type().equals(targets.value().type())) {
            throw answers.graph()
                    .shapeError(name + ": answers " + answers.value().type() + " and targets "
                            + targets.value().type() + " differ: both have one shape and element type");
        }
        return elements.apply(answers, targets);
    }

    @Override
    public Tensor of(Tensor answers, Tensor targets) {
        return elements(answers, targets).mean();
    }

    @Override
    public Loss sum() {
        return (answers, targets) -> elements(answers, targets).sum();
    }

    @Override
    public Tensor perExample(Tensor answers, Tensor targets) {
        Tensor losses = elements(answers, targets);
        int rank = losses.shape().rank();
        return rank <= 1 ? losses : losses.mean(IntStream.range(1, rank).toArray());
    }
}
