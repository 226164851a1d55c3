package dev.baton.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.NDArray;
import dev.baton.metrics.Histogram;
import dev.baton.metrics.MarkedAnswer;
import dev.baton.metrics.MarkedPaper;
import dev.baton.train.EpochResult;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PaperPrinterTest {

    private final StringWriter out = new StringWriter();

    private List<String> printed(Exam exam, MarkedAnswer... worst) {
        PaperPrinter printer = PaperPrinter.to(new PrintWriter(out, true), exam);
        printer.marked(new MarkedPaper(
                1,
                9,
                List.of(worst),
                List.of(),
                List.of(),
                Histogram.of("losses", new double[] {1}, 1),
                Optional.empty()));
        assertThat(out.toString()).as("before the epoch's own line").isEmpty();
        printer.epoch(new EpochResult(1, 1, 0.5, Map.of(), 1000, Duration.ZERO, List.of(), Duration.ZERO));
        return out.toString().lines().toList();
    }

    private static MarkedAnswer ofClass(float... pixels) {
        return new MarkedAnswer.OfClass(3, NDArray.of(pixels), 1, 0, 0.25, 0.5, 2, 1.3863, List.of(2.5, 2.0));
    }

    @Test
    void picturesAreDrawnSideBySideTheDarkerTheMoreInk() {
        Exam exam = Exam.pictures(2, 2).classes(List.of("cat", "dog"));

        assertThat(printed(exam, ofClass(0, 1, 0.5f, 1), ofClass(1, 0, 1, 1)))
                .containsExactly(
                        "  @                              @",
                        "  =",
                        "  answer cat, right is dog     answer cat, right is dog",
                        "  probability 0.2500, rank 2   probability 0.2500, rank 2",
                        "  loss 1.3863, before 2.0000   loss 1.3863, before 2.0000");
    }

    @Test
    void textsAndRowsAreWords() {
        Exam exam = Exam.rows(List.of("width", "weight")).answers(value -> value + " dollars");
        var answer = new MarkedAnswer.OfNumbers(
                0,
                NDArray.of(new float[] {2, 3}),
                NDArray.of(new float[] {4}),
                NDArray.of(new float[] {5}),
                1,
                List.of());

        assertThat(printed(exam, answer))
                .containsExactly(
                        "  width 2.000, weight 3.000",
                        "    answer 5.0 dollars, right is 4.0 dollars",
                        "    loss 1.0000");
    }

    @Test
    void sequencesAreComparedLineByLine() {
        Exam exam = Exam.texts(token -> "ab\n".substring(token, token + 1)).classes(List.of("a", "b", "\n"));
        var answer = new MarkedAnswer.OfSequence(
                0, NDArray.of(new int[] {0, 2, 1}), List.of(1, 0), List.of(1, 2), 0.5, List.of());

        assertThat(printed(exam, answer))
                .containsExactly("  a", "  b", "    answer b ", "    right  ba", "    loss 0.5000");
    }

    @Test
    void noTextOfTheDataMovesTheCursor() {
        Exam exam = Exam.of((example, values) -> new Question.Text("red \u001b[31m"))
                .classes(List.of("\u001b[2J", "dog"));

        assertThat(printed(exam, ofClass(0))).noneMatch(line -> line.contains("\u001b"));
    }

    @Test
    void onlyTheWorstAreAskedFor() {
        PaperPrinter printer = PaperPrinter.to(new PrintWriter(out), Exam.numbers());

        assertThat(printer.watch().answers()).isEqualTo(3);
        assertThat(printer.answers(5).watch().answers()).isEqualTo(5);
        assertThat(printer.watch().everySteps()).isZero();
    }
}
