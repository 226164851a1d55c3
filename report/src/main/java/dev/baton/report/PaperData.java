package dev.baton.report;

import dev.baton.metrics.ConfusionMatrix;
import dev.baton.metrics.Histogram;
import dev.baton.metrics.MarkedAnswer;
import dev.baton.metrics.MarkedPaper;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A marked paper as the page shows it.
 *
 * @param classes the names of the classes; null where answers are no single class, or of too many
 * @param counts how often each class (row) got which answer (column)
 * @param mistakes the most frequent ones; null where answers are no single class
 */
record PaperData(
        int epoch,
        int examples,
        List<AnswerData> worst,
        List<AnswerData> improved,
        Histogram losses,
        List<String> classes,
        long[][] counts,
        List<Mistake> mistakes) {

    /** A larger table is shown by its most frequent mistakes alone. */
    private static final int MOST_CLASSES = 30;

    private static final int MOST_MISTAKES = 12;

    /** So many records of a class got an answer that was not right. */
    record Mistake(String right, String answer, long count, long records) {}

    static PaperData of(MarkedPaper paper, Exam exam) {
        ConfusionMatrix confusion = paper.confusion().orElse(null);
        boolean isTable = confusion != null && confusion.classes() <= MOST_CLASSES;
        return new PaperData(
                paper.epoch(),
                paper.examples(),
                answers(paper.worst(), exam),
                answers(paper.improved(), exam),
                paper.losses(),
                isTable
                        ? IntStream.range(0, confusion.classes())
                                .mapToObj(exam::className)
                                .toList()
                        : null,
                isTable ? counts(confusion) : null,
                confusion == null ? null : mistakes(confusion, exam));
    }

    private static List<AnswerData> answers(List<MarkedAnswer> answers, Exam exam) {
        return answers.stream().map(answer -> AnswerData.of(answer, exam)).toList();
    }

    private static long[][] counts(ConfusionMatrix confusion) {
        int classes = confusion.classes();
        var counts = new long[classes][classes];
        for (int label = 0; label < classes; label++) {
            for (int answer = 0; answer < classes; answer++) {
                counts[label][answer] = confusion.count(label, answer);
            }
        }
        return counts;
    }

    private static List<Mistake> mistakes(ConfusionMatrix confusion, Exam exam) {
        var mistakes = new ArrayList<Mistake>();
        for (int label = 0; label < confusion.classes(); label++) {
            for (int answer = 0; answer < confusion.classes(); answer++) {
                long count = confusion.count(label, answer);
                if (label != answer && count > 0) {
                    mistakes.add(new Mistake(
                            exam.className(label), exam.className(answer), count, confusion.records(label)));
                }
            }
        }
        mistakes.sort(Comparator.comparingLong(Mistake::count).reversed());
        return List.copyOf(mistakes.subList(0, Math.min(MOST_MISTAKES, mistakes.size())));
    }
}
