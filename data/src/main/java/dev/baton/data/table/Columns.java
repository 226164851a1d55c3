package dev.baton.data.table;

import dev.baton.DataException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the columns of a table mean: one is to be predicted, and the others are what it is predicted from. A column of
 * numbers is one whose every value is a number; any other holds categories. Immutable: each setting gives other columns.
 */
public final class Columns {

    /** With more different texts than this, a column rather names rows than says of what kind they are. */
    private static final int MOST_CATEGORIES = 100;

    /** Where so many of the values are numbers, the others are mistakes rather than categories. */
    private static final double MOSTLY = 0.5;

    private final String target;
    private final boolean classifies;
    private final Set<String> leftOut;
    private final Set<String> numbers;
    private final Set<String> categories;

    private Columns(
            String target, boolean classifies, Set<String> leftOut, Set<String> numbers, Set<String> categories) {
        this.target = target;
        this.classifies = classifies;
        this.leftOut = leftOut;
        this.numbers = numbers;
        this.categories = categories;
    }

    /** The numbers in this column are to be predicted. */
    public static Columns predicting(String target) {
        return new Columns(target, false, Set.of(), Set.of(), Set.of());
    }

    /** Each row is of the class that this column names. */
    public static Columns classifying(String target) {
        return new Columns(target, true, Set.of(), Set.of(), Set.of());
    }

    /** Columns that nothing is to be learnt from, such as the number of a row. */
    public Columns leavingOut(String... names) {
        return new Columns(target, classifies, with(leftOut, names), numbers, categories);
    }

    /** Columns of numbers, whatever they look like: a word in one of them is a mistake. */
    public Columns numbers(String... names) {
        return new Columns(target, classifies, leftOut, with(numbers, names), categories);
    }

    /** Columns of categories, though they are written with digits, such as a postcode. */
    public Columns categories(String... names) {
        return new Columns(target, classifies, leftOut, numbers, with(categories, names));
    }

    private static Set<String> with(Set<String> names, String... more) {
        var all = new LinkedHashSet<>(names);
        all.addAll(List.of(more));
        return all;
    }

    /**
     * Learns from the rows of the training part, and only from them, how a row becomes numbers: the mean and the
     * standard deviation of each column of numbers, and the categories of each other one.
     *
     * @throws DataException if a column does not exist, is named twice, or is not what it is said to be; naming line
     *     and column
     */
    public TableEncoder fit(Table training) {
        requireColumns(training);
        var inputs = new ArrayList<Column>();
        for (String name : training.columns()) {
            if (name.equals(target) || leftOut.contains(name)) {
                continue;
            }
            if (isNumbers(training, name)) {
                inputs.add(NumberColumn.fit(training, name));
            } else {
                Set<String> words = words(training, name);
                requireCategories(training, name, words);
                inputs.add(CategoryColumn.fit(name, words));
            }
        }
        if (inputs.isEmpty()) {
            throw new DataException("there is no column besides '" + target + "' to predict it from");
        }
        Column predicted =
                classifies ? CategoryColumn.fit(target, words(training, target)) : NumberColumn.fit(training, target);
        return new TableEncoder(inputs, predicted);
    }

    private void requireColumns(Table table) {
        var used = new HashSet<String>();
        for (Set<String> names : List.of(Set.of(target), leftOut, numbers, categories)) {
            for (String name : names) {
                table.index(name);
                if (!used.add(name)) {
                    throw new DataException("column '" + name + "' is said to be two different things");
                }
            }
        }
    }

    /** Whether a column holds numbers; where it seems to and does not, that has to be said. */
    private boolean isNumbers(Table table, String name) {
        if (numbers.contains(name) || categories.contains(name)) {
            return numbers.contains(name);
        }
        int column = table.index(name);
        int count = 0;
        int values = 0;
        Table.Row word = null;
        for (Table.Row row : table.rows()) {
            String text = Table.text(row, column);
            if (text != null) {
                values++;
                if (NumberColumn.isNumber(text)) {
                    count++;
                } else if (word == null) {
                    word = row;
                }
            }
        }
        if (values == 0) {
            throw new DataException("column '" + name + "' has no value in any row: leave it out");
        }
        if (word != null && count > MOSTLY * values) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: '%s' is no number, as are %,d of %,d values: mend it, say that it stands for no value "
                            + "(TableReader.missing), or that these are categories (Columns.categories)",
                    table.where(word, name),
                    Table.text(word, column),
                    values - count,
                    values));
        }
        return word == null;
    }

    private static Set<String> words(Table table, String name) {
        int column = table.index(name);
        return table.rows().stream()
                .map(row -> Table.text(row, column))
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void requireCategories(Table table, String name, Set<String> words) {
        if (words.size() > MOST_CATEGORIES && !categories.contains(name)) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "column '%s' has %,d different texts in %,d rows: leave it out if they name the rows, or say that "
                            + "they are categories (Columns.categories)",
                    name,
                    words.size(),
                    table.size()));
        }
    }
}
