package dev.baton.report;

import dev.baton.metrics.MarkedAnswer;
import java.util.ArrayList;
import java.util.List;

/**
 * A marked answer as the page shows it. Of a class there are probabilities and a rank, of a sequence the places; of
 * numbers neither.
 *
 * @param isRight whether a class was answered rightly; null where answers are no single class
 * @param places of a sequence: what is right and what was answered, at each
 * @param earlier losses in earlier epochs; of many, some at equal distances and the last
 */
record AnswerData(
        int example,
        String right,
        String answer,
        Boolean isRight,
        Double probability,
        Double answerProbability,
        Integer rank,
        List<Place> places,
        double loss,
        List<Double> earlier) {

    private static final int MOST_EARLIER = 60;
    private static final int MOST_PLACES = 600;

    record Place(String right, String answer) {}

    static AnswerData of(MarkedAnswer marked, Exam exam) {
        var earlier = new Milestones<Double>(MOST_EARLIER);
        marked.earlier().forEach(earlier::add);
        if (marked instanceof MarkedAnswer.OfClass one) {
            return new AnswerData(
                    one.example(),
                    exam.className(one.right()),
                    exam.className(one.answer()),
                    one.isRight(),
                    one.probability(),
                    one.answerProbability(),
                    one.rank(),
                    null,
                    one.loss(),
                    earlier.all());
        }
        if (marked instanceof MarkedAnswer.OfSequence sequence) {
            var places = new ArrayList<Place>();
            for (int i = 0; i < Math.min(MOST_PLACES, sequence.right().size()); i++) {
                places.add(new Place(
                        exam.className(sequence.right().get(i)),
                        exam.className(sequence.answers().get(i))));
            }
            return new AnswerData(
                    sequence.example(), null, null, null, null, null, null, places, sequence.loss(), earlier.all());
        }
        var numbers = (MarkedAnswer.OfNumbers) marked;
        return new AnswerData(
                numbers.example(),
                exam.answer(numbers.right()),
                exam.answer(numbers.answer()),
                null,
                null,
                null,
                null,
                null,
                numbers.loss(),
                earlier.all());
    }
}
