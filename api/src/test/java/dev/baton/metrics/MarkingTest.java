package dev.baton.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class MarkingTest {

    private static final float LOG_3 = (float) Math.log(3);

    /** Questions [N, 2] whose numbers tell which they are: [10, 11], [20, 21], ... */
    private static NDArray questions(int first, int count) {
        var numbers = new float[2 * count];
        for (int i = 0; i < count; i++) {
            numbers[2 * i] = 10 * (first + i);
            numbers[2 * i + 1] = 10 * (first + i) + 1;
        }
        return NDArray.of(Shape.of(count, 2), numbers);
    }

    @Test
    void classes_areMarkedByTheProbabilityOfTheRightOne() {
        var marking = new Marking(1, List.of(0, 2, 9));
        // Probabilities 1/5, 3/5, 1/5, then 3/5, 1/5, 1/5.
        marking.add(
                questions(1, 2), NDArray.of(Shape.of(2, 3), 0, LOG_3, 0, LOG_3, 0, 0), NDArray.of(Shape.of(2), 1, 2));
        // Probabilities of three equal ones.
        marking.add(questions(3, 1), NDArray.of(Shape.of(1, 3), 7f, 7f, 7f), NDArray.of(Shape.of(1), 1));

        MarkedPaper paper = marking.paper(1);

        assertThat(paper.epoch()).isEqualTo(1);
        assertThat(paper.examples()).isEqualTo(3);
        assertThat(paper.improved()).isEmpty();
        var worst = (MarkedAnswer.OfClass) paper.worst().get(0);
        assertThat(worst.example()).isEqualTo(1);
        assertThat(worst.question().toFloatArray()).containsExactly(20, 21);
        assertThat(worst.right()).isEqualTo(2);
        assertThat(worst.answer()).isZero();
        assertThat(worst.probability()).isCloseTo(0.2, within(1e-6));
        assertThat(worst.answerProbability()).isCloseTo(0.6, within(1e-6));
        assertThat(worst.rank()).isEqualTo(3);
        assertThat(worst.loss()).isCloseTo(Math.log(5), within(1e-6));
        assertThat(worst.isRight()).isFalse();
        assertThat(worst)
                .hasToString("example 1: answered 0 (probability 0.600), right is 2 (0.200, rank 3), loss 1.61");
        assertThat(worst.earlier()).isEmpty();
        assertThat(paper.watched()).extracting(MarkedAnswer::example).containsExactly(0, 2);
        assertThat(((MarkedAnswer.OfClass) paper.watched().get(0)).isRight()).isTrue();
        assertThat(((MarkedAnswer.OfClass) paper.watched().get(1)).rank()).isEqualTo(2);
        assertThat(paper.confusion()).hasValueSatisfying(matrix -> {
            assertThat(matrix.count(1, 1)).isEqualTo(1);
            assertThat(matrix.count(2, 0)).isEqualTo(1);
            assertThat(matrix.count(1, 0)).isEqualTo(1);
        });
        assertThat(paper.losses().size()).isEqualTo(3);
        assertThat(paper.losses().largest()).isCloseTo(Math.log(5), within(1e-6));
    }

    @Test
    void laterPapers_knowTheEarlierLosses_andWhatImprovedMost() {
        var marking = new Marking(2, List.of());
        NDArray labels = NDArray.of(Shape.of(3), 0, 0, 0);
        marking.add(questions(1, 3), NDArray.of(Shape.of(3, 2), 0, 0, 0, LOG_3, 0, 0), labels);
        assertThat(marking.paper(1).worst()).extracting(MarkedAnswer::example).containsExactly(1, 0);
        // Losses were log 2, log 4, log 2 and become log 4, log 2, log 4/3.
        marking.add(questions(1, 3), NDArray.of(Shape.of(3, 2), 0, LOG_3, 0, 0, LOG_3, 0), labels);

        MarkedPaper paper = marking.paper(2);

        assertThat(paper.worst()).extracting(MarkedAnswer::example).containsExactly(0, 1);
        assertThat(paper.improved()).extracting(MarkedAnswer::example).containsExactly(1, 2);
        assertThat(paper.improved().get(0).improvement()).isCloseTo(Math.log(2), within(1e-6));
        assertThat(paper.improved().get(1).improvement()).isCloseTo(Math.log(1.5), within(1e-6));
        assertThat(paper.worst().get(0).earlier())
                .hasSize(1)
                .first(InstanceOfAssertFactories.DOUBLE)
                .isCloseTo(Math.log(2), within(1e-6));
        marking.add(questions(1, 3), NDArray.of(Shape.of(3, 2), 0, 0, 0, 0, 0, 0), labels);
        assertThat(marking.paper(3).worst().get(0).earlier()).hasSize(2);
    }

    @Test
    void aSequence_isMarkedPlaceByPlace() {
        var marking = new Marking(1, List.of());
        marking.add(
                NDArray.of(Shape.of(1, 2), 5, 6),
                NDArray.of(Shape.of(1, 2, 2), 0, LOG_3, 0, 0),
                NDArray.of(Shape.of(1, 2), 1, 1));

        MarkedPaper paper = marking.paper(1);

        var answer = (MarkedAnswer.OfSequence) paper.worst().get(0);
        assertThat(answer.question().toIntArray()).containsExactly(5, 6);
        assertThat(answer.right()).containsExactly(1, 1);
        assertThat(answer.answers()).containsExactly(1, 0);
        assertThat(answer.rightPlaces()).isEqualTo(1);
        assertThat(answer.loss()).isCloseTo((Math.log(4.0 / 3) + Math.log(2)) / 2, within(1e-6));
        assertThat(paper.confusion()).isEmpty();
    }

    @Test
    void numbers_areMarkedByTheirSquaredDistance() {
        var marking = new Marking(1, List.of(0));
        marking.add(
                questions(1, 2),
                NDArray.of(Shape.of(2, 2), 1f, 2f, 3f, 4f),
                NDArray.of(Shape.of(2, 2), 1f, 4f, 0f, 0f));

        MarkedPaper paper = marking.paper(1);

        assertThat(paper.worst()).extracting(MarkedAnswer::loss).containsExactly(12.5);
        assertThat(paper.watched()).extracting(MarkedAnswer::loss).containsExactly(2.0);
        var watched = (MarkedAnswer.OfNumbers) paper.watched().get(0);
        assertThat(watched.right().toFloatArray()).containsExactly(1, 4);
        assertThat(watched.answer().toFloatArray()).containsExactly(1, 2);
    }

    @Test
    void placesWhoseLabelIsNoClass_areLeftOut() {
        var marking = new Marking(2, List.of());
        marking.add(
                NDArray.of(Shape.of(2, 2), 5, 6, 7, 8),
                NDArray.of(Shape.of(2, 2, 2), 0, LOG_3, 0, 0, 0, 0, 0, 0),
                NDArray.of(Shape.of(2, 2), 1, -100, -100, -100));

        List<MarkedAnswer> worst = marking.paper(1).worst();

        assertThat(worst.get(0).loss()).isCloseTo(Math.log(4.0 / 3), within(1e-6));
        assertThat(((MarkedAnswer.OfSequence) worst.get(0)).right()).containsExactly(1);
        assertThat(worst.get(1).loss()).isZero();
    }

    @Test
    void logits_areMarkedAsTheirLossesFindThem() {
        var binary = new Marking(2, List.of(), Marking.NumberLoss.BINARY_CROSS_ENTROPY);
        binary.add(questions(1, 2), NDArray.of(Shape.of(2, 1), 8f, 0.5f), NDArray.of(Shape.of(2, 1), 1f, 1f));
        assertThat(binary.paper(1).worst())
                .extracting(MarkedAnswer::loss)
                .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : 1)
                .containsExactly(Math.log(1 + Math.exp(-0.5)), Math.log(1 + Math.exp(-8)));

        var shares = new Marking(1, List.of(), Marking.NumberLoss.CROSS_ENTROPY);
        shares.add(questions(1, 1), NDArray.of(Shape.of(1, 2), 0, LOG_3), NDArray.of(Shape.of(1, 2), 0.5f, 0.5f));
        assertThat(shares.paper(1).worst().get(0).loss())
                .isCloseTo(-(Math.log(0.25) + Math.log(0.75)) / 2, within(1e-6));
    }

    @Test
    void anAnswerThatIsNoNumber_isTheWorst() {
        var marking = new Marking(1, List.of());
        marking.add(
                questions(1, 3),
                NDArray.of(Shape.of(3, 2), 0f, 90f, Float.NaN, 0f, 0f, 95f),
                NDArray.of(Shape.of(3), 0, 0, 0));

        MarkedPaper paper = marking.paper(1);

        assertThat(paper.worst()).extracting(MarkedAnswer::example).containsExactly(1);
        assertThat(((MarkedAnswer.OfClass) paper.worst().get(0)).answer()).isEqualTo(-1);
        assertThat(paper.losses().notFinite()).isEqualTo(1);
    }

    @Test
    void whatDoesNotGoTogether_isRefused() {
        var marking = new Marking(1, List.of());
        assertThatThrownBy(() ->
                        marking.add(questions(1, 1), NDArray.of(Shape.of(1, 2), 0f, 1f), NDArray.of(Shape.of(1), 2)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("label 2");
        assertThatThrownBy(() ->
                        marking.add(questions(1, 1), NDArray.of(Shape.of(1, 2), 0f, 1f), NDArray.of(Shape.of(1), 2f)))
                .isInstanceOf(ShapeException.class);
    }
}
