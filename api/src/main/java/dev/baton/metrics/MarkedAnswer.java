package dev.baton.metrics;

import dev.baton.NDArray;
import java.util.List;

/** One answer of a model, marked: what was asked, what would have been right, what it said and how wrong that is. */
public sealed interface MarkedAnswer {

    /** The number of the example among those that were marked, from 0. */
    int example();

    /** What the model was shown, without the dimension of the batch. */
    NDArray question();

    /** How wrong the answer is: 0 where it is perfect. */
    double loss();

    /** The losses of the same example in earlier epochs, in their order. */
    List<Double> earlier();

    /** How much less wrong it is than an epoch ago; negative where it got worse, 0 where this is the first one. */
    default double improvement() {
        return earlier().isEmpty() ? 0 : earlier().get(earlier().size() - 1) - loss();
    }

    /**
     * The answer was one of some classes. The loss is minus the logarithm of the right one's probability.
     *
     * @param right the right class
     * @param answer the class that got the highest probability; -1 where the model gave NaN
     * @param probability that the model gave to the right class
     * @param answerProbability that it gave to its answer
     * @param rank of the right class among all by their probabilities, from 1
     */
    record OfClass(
            int example,
            NDArray question,
            int right,
            int answer,
            double probability,
            double answerProbability,
            int rank,
            double loss,
            List<Double> earlier)
            implements MarkedAnswer {

        public OfClass {
            earlier = List.copyOf(earlier);
        }

        /** Whether the answer was right. */
        public boolean isRight() {
            return answer == right;
        }
    }

    /**
     * The answer was a class at each of several places, such as the next character of each in a text. The loss is the
     * mean over the places.
     *
     * @param right the right class at each place
     * @param answers the class that got the highest probability at each place; -1 where the model gave NaN
     */
    record OfSequence(
            int example,
            NDArray question,
            List<Integer> right,
            List<Integer> answers,
            double loss,
            List<Double> earlier)
            implements MarkedAnswer {

        public OfSequence {
            right = List.copyOf(right);
            answers = List.copyOf(answers);
            earlier = List.copyOf(earlier);
        }
    }

    /**
     * The answer was one or more numbers. The loss is the mean of the squared distances.
     *
     * @param right the right numbers
     * @param answer those of the model
     */
    record OfNumbers(
            int example, NDArray question, NDArray right, NDArray answer, double loss, List<Double> earlier)
            implements MarkedAnswer {

        public OfNumbers {
            earlier = List.copyOf(earlier);
        }
    }
}
