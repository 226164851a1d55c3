package dev.baton.report;

import dev.baton.DataException;
import dev.baton.NDArray;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How the questions to a model and its answers are shown to a person. Where classes have no names, their numbers stand for
 * them.
 */
public final class Exam {

    /** Shows a question. */
    @FunctionalInterface
    public interface Showing {

        /**
         * @param example the number of the example among those of the validation, from 0
         * @param values what the model was shown, without the dimension of the batch
         */
        Question of(int example, NDArray values);
    }

    private static final int MOST_VALUES = 64;

    private final Showing questions;
    private final List<String> classes;
    private final DoubleFunction<String> numbers;

    private Exam(Showing questions, List<String> classes, DoubleFunction<String> numbers) {
        this.questions = questions;
        this.classes = List.copyOf(classes);
        this.numbers = numbers;
    }

    /** Questions that are shown in a way of one's own. */
    public static Exam of(Showing questions) {
        return new Exam(questions, List.of(), Exam::number);
    }

    /** Questions that are shown as the numbers that they are for the model, the first 64 of them. */
    public static Exam numbers() {
        return of((example, values) -> new Question.Row(IntStream.range(0, Math.min(MOST_VALUES, values.size()))
                .mapToObj(i -> new Question.Cell(Integer.toString(i), number(values.get(i))))
                .toList()));
    }

    /** Pictures whose values go from 0, black, to 1. */
    public static Exam pictures(int height, int width) {
        return pictures(height, width, (channel, value) -> value);
    }

    /**
     * Pictures, grey or with red, green and blue one after the other.
     *
     * @param brightness takes back what was done to the values so that the model learns well
     */
    public static Exam pictures(int height, int width, Question.Brightness brightness) {
        return of((example, values) -> Question.Picture.of(values, height, width, brightness));
    }

    /**
     * Texts.
     *
     * @param token the text that a number stands for
     */
    public static Exam texts(IntFunction<String> token) {
        return of((example, values) -> {
            var text = new StringBuilder();
            for (int i = 0; i < values.size(); i++) {
                text.append(token.apply((int) values.get(i)));
            }
            return new Question.Text(text.toString());
        });
    }

    /**
     * Rows of a table, as the model sees them.
     *
     * @param columns the names of the values, in their order
     */
    public static Exam rows(List<String> columns) {
        List<String> names = List.copyOf(columns);
        return of((example, values) -> {
            if (values.size() != names.size()) {
                throw new DataException(
                        "a row has " + names.size() + " columns, " + names + "; these are " + values.shape());
            }
            return new Question.Row(IntStream.range(0, names.size())
                    .mapToObj(i -> new Question.Cell(names.get(i), number(values.get(i))))
                    .toList());
        });
    }

    /** The same with names for the classes, in the order of their numbers. */
    public Exam classes(List<String> names) {
        return new Exam(questions, names, numbers);
    }

    /** The same with words for answers that are numbers: in the unit of the user, not in that of the model. */
    public Exam answers(DoubleFunction<String> inWords) {
        return new Exam(questions, classes, inWords);
    }

    Question question(int example, NDArray values) {
        return questions.of(example, values);
    }

    /** The name of a class; -1 is the answer of a model that gave NaN. */
    String className(int number) {
        if (number < 0) {
            return "NaN";
        }
        return number < classes.size() ? classes.get(number) : Integer.toString(number);
    }

    String answer(NDArray answer) {
        var text = new StringBuilder();
        for (int i = 0; i < Math.min(MOST_VALUES, answer.size()); i++) {
            text.append(i == 0 ? "" : ", ").append(numbers.apply(answer.get(i)));
        }
        return text.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
