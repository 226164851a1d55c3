package dev.baton.loss;

import dev.baton.tensor.Tensor;
import java.util.stream.IntStream;

/** The Kullback-Leibler divergence of log-probabilities [N, ..., C] from probabilities of the same shape. */
final class KullbackLeibler extends ReducibleLoss {

    private static final ElementLoss ELEMENTS = new ElementLoss("kl divergence", KullbackLeibler::element);

    /** p (log(p) - q), and 0 where p is 0, whatever q is. */
    private static Tensor element(Tensor logProbabilities, Tensor probabilities) {
        Tensor zero = probabilities.fullLike(0);
        Tensor possible = zero.lessThan(probabilities);
        // The logarithm of 0 has no gradient either.
        Tensor log = possible.select(probabilities, probabilities.fullLike(1)).log();
        return possible.select(probabilities.multiply(log.subtract(logProbabilities)), zero);
    }

    @Override
    public Tensor perExample(Tensor logProbabilities, Tensor probabilities) {
        int rank = logProbabilities.shape().rank();
        if (rank < 2) {
            throw logProbabilities
                    .graph()
                    .shapeError(
                            "kl divergence takes log-probabilities [N, ..., C] and probabilities of the same shape, not "
                                    + logProbabilities.value().type());
        }
        return ELEMENTS.elements(logProbabilities, probabilities)
                .sum(IntStream.range(1, rank).toArray());
    }
}
