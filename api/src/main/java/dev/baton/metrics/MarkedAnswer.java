package dev.baton.metrics;

import dev.baton.NDArray;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

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

        /** For instance {@code example 274: answered 1 (probability 0.958), right is 0 (0.042, rank 2), loss 3.17}. */
        @Override
        public String toString() {
            return String.format(
                            Locale.ROOT,
                            "example %d: answered %d (probability %.3f), ",
                            example,
                            answer,
                            answerProbability)
                    + (isRight()
                            ? "which is right"
                            : String.format(Locale.ROOT, "right is %d (%.3f, rank %d)", right, probability, rank))
                    + String.format(Locale.ROOT, ", loss %.3g", loss);
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

        /** At how many places the answer was right. */
        public long rightPlaces() {
            return IntStream.range(0, right.size())
                    .filter(place -> right.get(place).equals(answers.get(place)))
                    .count();
        }

        /** For instance {@code example 3: 40 of 64 places right, loss 1.52}. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "example %d: %d of %d places right, loss %.3g",
                    example,
                    rightPlaces(),
                    right.size(),
                    loss);
        }
    }

    /**
     * The answer was one or more numbers. What the loss is, {@link Marking.NumberLoss} says.
     *
     * @param right the right numbers
     * @param answer those of the model
     */
    record OfNumbers(int example, NDArray question, NDArray right, NDArray answer, double loss, List<Double> earlier)
            implements MarkedAnswer {

        public OfNumbers {
            earlier = List.copyOf(earlier);
        }

        /** For instance {@code example 3: answered float32[1] [2.5], right is float32[1] [3.0], loss 0.25}. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "example %d: answered %s, right is %s, loss %.3g", example, answer, right, loss);
        }
    }
}
