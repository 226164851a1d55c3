package dev.baton.data.table;

import dev.baton.DataException;
import dev.baton.data.Shuffle;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The rows of a table as texts, with a name for each column. Immutable; a part or another order shares the rows. What
 * the texts mean, {@link Columns} say.
 */
public final class Table {

    /**
     * One row.
     *
     * @param line where in the file it begins, from 1
     * @param fields one for each column; null where there is no value
     */
    record Row(long line, String[] fields) {}

    private final String name;
    private final List<String> columns;
    private final List<Row> rows;

    Table(String name, List<String> columns, List<Row> rows) {
        this.name = name;
        this.columns = columns;
        this.rows = rows;
    }

    /**
     * A file in UTF-8 with commas between its fields and the names of the columns in its first line; {@link TableReader}
     * reads others.
     *
     * @throws DataException as {@link TableReader#read} does
     */
    public static Table read(Path file) {
        return TableReader.commas().read(file);
    }

    /** The number of rows. */
    public int size() {
        return rows.size();
    }

    /** The names of the columns, in their order. */
    public List<String> columns() {
        return columns;
    }

    /**
     * The text in one field; null where there is no value.
     *
     * @throws DataException if there is no such row or column
     */
    public String text(int row, String column) {
        return text(row(row), index(column));
    }

    static String text(Row row, int column) {
        return row.fields()[column];
    }

    Row row(int row) {
        if (row < 0 || row >= size()) {
            throw new DataException("there is no row " + row + " of " + size() + " in " + name);
        }
        return rows.get(row);
    }

    List<Row> rows() {
        return rows;
    }

    int index(String column) {
        int index = columns.indexOf(column);
        if (index < 0) {
            throw new DataException(name + " has no column '" + column + "'; it has " + String.join(", ", columns));
        }
        return index;
    }

    /** Where a field is, for a sentence about it. */
    String where(Row row, String column) {
        return name + ", line " + row.line() + ", column '" + column + "'";
    }

    /**
     * The rows from one position to another, without the last.
     *
     * @throws DataException if there are none
     */
    public Table part(int from, int to) {
        if (from < 0 || from >= to || to > size()) {
            throw new DataException("there are no rows " + from + " to " + to + " of " + size() + " in " + name);
        }
        return new Table(name, columns, rows.subList(from, to));
    }

    /** The same rows in a random order, which is always the same for a seed. */
    public Table shuffled(long seed) {
        int[] order = Shuffle.order(size(), new SplittableRandom(seed));
        return new Table(name, columns, IntStream.of(order).mapToObj(rows::get).toList());
    }

    /**
     * The rows that have a value in a column.
     *
     * @throws DataException if there are none, or there is no such column
     */
    public Table having(String column) {
        int index = index(column);
        List<Row> kept = rows.stream().filter(row -> text(row, index) != null).toList();
        if (kept.isEmpty()) {
            throw new DataException("no row of " + name + " has a value in column '" + column + "'");
        }
        return new Table(name, columns, kept);
    }

    /** For instance {@code cars.csv: 205 rows of 26 columns}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: %,d rows of %,d columns", name, size(), columns.size());
    }
}
