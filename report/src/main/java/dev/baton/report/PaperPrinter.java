package dev.baton.report;

import dev.baton.metrics.MarkedAnswer;
import dev.baton.metrics.MarkedPaper;
import dev.baton.train.EpochResult;
import dev.baton.train.TrainingListener;
import dev.baton.train.Watch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prints after every epoch the worst answers to the validation examples: the question, the answer, the right one, and how
 * wrong that is. Pictures are drawn with characters, side by side.
 */
public final class PaperPrinter implements TrainingListener {

    private static final int SIDE = 16;
    private static final String GAP = "   ";
    private static final int NARROWEST = 24;
    private static final int MOST_CHARACTERS = 400;
    private static final int MOST_CELLS = 12;

    private final PrintWriter out;
    private final Exam exam;
    private final int answers;
    private MarkedPaper paper;

    private PaperPrinter(PrintWriter out, Exam exam, int answers) {
        this.out = out;
        this.exam = exam;
        this.answers = answers;
    }

    /** Prints the three worst answers. */
    public static PaperPrinter to(PrintWriter out, Exam exam) {
        return new PaperPrinter(out, exam, 3);
    }

    /** The same with another number of answers. */
    public PaperPrinter answers(int count) {
        return new PaperPrinter(out, exam, count);
    }

    @Override
    public Watch watch() {
        return Watch.nothing().answers(answers);
    }

    @Override
    public void marked(MarkedPaper marked) {
        // Told before the epoch; printed after it, below its line.
        paper = marked;
    }

    @Override
    public void epoch(EpochResult result) {
        if (paper != null) {
            print(paper.worst().subList(0, Math.min(answers, paper.worst().size())));
            paper = null;
            out.flush();
        }
    }

    private void print(List<MarkedAnswer> worst) {
        var pictures = new ArrayList<List<String>>();
        for (MarkedAnswer answer : worst) {
            Question question = exam.question(answer.example(), answer.question());
            if (question instanceof Question.Picture picture) {
                var lines = new ArrayList<>(CharacterPicture.of(picture.atMost(SIDE)));
                lines.addAll(verdict(answer));
                pictures.add(lines);
            } else {
                inWords(question).forEach(line -> out.println("  " + line));
                verdict(answer).forEach(line -> out.println("    " + line));
            }
        }
        sideBySide(pictures).forEach(line -> out.println("  " + line));
    }

    private static List<String> inWords(Question question) {
        if (question instanceof Question.Text text) {
            String shown = text.text()
                    .substring(0, Math.min(MOST_CHARACTERS, text.text().length()));
            return shown.lines().map(PaperPrinter::printable).toList();
        }
        List<Question.Cell> cells = ((Question.Row) question).cells();
        String row = cells.stream()
                .limit(MOST_CELLS)
                .map(cell -> cell.name() + " " + cell.value())
                .collect(Collectors.joining(", "));
        return List.of(printable(row + (cells.size() > MOST_CELLS ? ", ..." : "")));
    }

    private List<String> verdict(MarkedAnswer answer) {
        var lines = new ArrayList<String>();
        if (answer instanceof MarkedAnswer.OfClass one) {
            lines.add("answer " + exam.className(one.answer()) + ", right is " + exam.className(one.right()));
            lines.add(String.format(Locale.ROOT, "probability %.4f, rank %d", one.probability(), one.rank()));
        } else if (answer instanceof MarkedAnswer.OfSequence sequence) {
            lines.add("answer " + text(sequence.answers()));
            lines.add("right  " + text(sequence.right()));
        } else if (answer instanceof MarkedAnswer.OfNumbers numbers) {
            lines.add("answer " + exam.answer(numbers.answer()) + ", right is " + exam.answer(numbers.right()));
        }
        String before = answer.earlier().isEmpty()
                ? ""
                : String.format(Locale.ROOT, ", before %.4f", answer.loss() + answer.improvement());
        lines.add(String.format(Locale.ROOT, "loss %.4f%s", answer.loss(), before));
        return lines.stream().map(PaperPrinter::printable).toList();
    }

    private String text(List<Integer> classes) {
        return classes.stream().limit(MOST_CHARACTERS).map(exam::className).collect(Collectors.joining());
    }

    /** A text of the data cannot move the cursor, or change the terminal's colours. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    private static List<String> sideBySide(List<List<String>> blocks) {
        int height = blocks.stream().mapToInt(List::size).max().orElse(0);
        int width =
                blocks.stream().flatMap(List::stream).mapToInt(String::length).reduce(NARROWEST, Math::max);
        return IntStream.range(0, height)
                .mapToObj(row -> blocks.stream()
                        .map(block -> padded(row < block.size() ? block.get(row) : "", width))
                        .collect(Collectors.joining(GAP))
                        .stripTrailing())
                .toList();
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
