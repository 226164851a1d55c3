package dev.baton.data.table;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.Examples;
import dev.baton.io.ModelFile;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Makes numbers of rows, as it was fitted to the training part of a table, and a number or a class of a model's answer. It
 * belongs to a model as its weights do: {@link #texts} goes into the model's file, and {@link #load} reads it again.
 */
public final class TableEncoder {

    /** Under which it is among the texts of a model's file. */
    private static final String TEXT = "table";

    private final List<Column> columns;
    private final Column target;
    private final List<String> inputs;
    /** Where the numbers of each column begin. */
    private final int[] starts;

    TableEncoder(List<Column> columns, Column target) {
        this.columns = List.copyOf(columns);
        this.target = target;
        this.starts = new int[columns.size()];
        var names = new ArrayList<String>();
        for (int i = 0; i < starts.length; i++) {
            starts[i] = names.size();
            names.addAll(columns.get(i).inputs());
        }
        this.inputs = List.copyOf(names);
    }

    /** The names of the numbers that a row becomes, in their order: as many as a model is shown. */
    public List<String> inputs() {
        return inputs;
    }

    /**
     * The classes, by their labels.
     *
     * @throws DataException if numbers are predicted
     */
    public List<String> classes() {
        if (target instanceof CategoryColumn categories) {
            return categories.categories();
        }
        throw new DataException("column '" + target.name() + "' is predicted as a number and has no classes");
    }

    /**
     * The rows of a table as examples: inputs float32 [{@link #inputs}]; targets float32 [1], or classes.
     *
     * @throws DataException if a column is missing, a field of numbers holds none, or a row lacks what is to be
     *     predicted; naming line and column
     */
    public Examples examples(Table table) {
        int[] places = places(table);
        var rows = new float[table.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = encode(table, table.row(i), places);
        }
        int index = table.index(target.name());
        if (target instanceof CategoryColumn categories) {
            var labels = new int[rows.length];
            for (int i = 0; i < rows.length; i++) {
                Table.Row row = table.row(i);
                labels[i] = categories.label(targetOf(table, row, index), () -> table.where(row, target.name()));
            }
            return Examples.of(rows, labels, categories.categories().size());
        }
        var targets = new float[rows.length][1];
        for (int i = 0; i < rows.length; i++) {
            Table.Row row = table.row(i);
            target.encode(targetOf(table, row, index), () -> table.where(row, target.name()), targets[i], 0);
        }
        return Examples.of(rows, targets);
    }

    private String targetOf(Table table, Table.Row row, int column) {
        String text = Table.text(row, column);
        if (text == null) {
            throw new DataException(table.where(row, target.name())
                    + " has no value, and nothing can be learnt from the row: leave such rows out with Table.having(\""
                    + target.name() + "\")");
        }
        return text;
    }

    /** Where the columns stand in a table. */
    private int[] places(Table table) {
        return columns.stream().mapToInt(column -> table.index(column.name())).toArray();
    }

    /**
     * What a model is shown for one row of a table, which may lack what is to be predicted.
     *
     * @throws DataException if a column is missing, or a field of numbers holds none; naming line and column
     */
    public float[] input(Table table, int row) {
        return encode(table, table.row(row), places(table));
    }

    private float[] encode(Table table, Table.Row row, int[] places) {
        return encode(
                column -> Table.text(row, places[column]),
                column -> table.where(row, columns.get(column).name()));
    }

    /**
     * What a model is shown for one row.
     *
     * @param row texts by the names of their columns; a column that is not there has no value
     * @throws DataException if there is no such column, or a text is not one of its values
     */
    public float[] input(Map<String, String> row) {
        List<String> names = columns.stream().map(Column::name).toList();
        for (String name : row.keySet()) {
            if (!names.contains(name)) {
                throw new DataException("there is no column '" + name + "' that anything is predicted from; there are "
                        + String.join(", ", names));
            }
        }
        return encode(column -> row.get(names.get(column)), column -> "column '" + names.get(column) + "'");
    }

    /**
     * The numbers of a row.
     *
     * @param text in a column, by its number here
     * @param where it stands, for a sentence about it
     */
    private float[] encode(IntFunction<String> text, IntFunction<String> where) {
        var values = new float[inputs.size()];
        for (int i = 0; i < starts.length; i++) {
            int column = i;
            columns.get(i).encode(text.apply(i), () -> where.apply(column), values, starts[i]);
        }
        return values;
    }

    /** The shape of what a model is shown for a row. */
    public Shape shape() {
        return Shape.of(inputs.size());
    }

    /**
     * The number that a model predicts, in the unit of its column.
     *
     * @param answer what the model gives for one row, one number
     * @throws DataException if classes are predicted, or the answer is not one number
     */
    public double number(float[] answer) {
        if (!(target instanceof NumberColumn numbers)) {
            throw new DataException("column '" + target.name() + "' is predicted as a class");
        }
        if (answer.length != 1) {
            throw new DataException("a prediction of '" + target.name() + "' is one number, not " + answer.length);
        }
        return numbers.decode(answer[0]);
    }

    /** What {@code Trainer.save} takes, so that model and encoder are one file. */
    public Map<String, String> texts() {
        var text = new StringWriter();
        try (CsvWriter writer = CsvWriter.builder().build(text)) {
            writer.writeRecord(target.toFields());
            columns.forEach(column -> writer.writeRecord(column.toFields()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of(TEXT, text.toString());
    }

    /**
     * The encoder that was saved with a model.
     *
     * @throws DataException if the file cannot be read, or has none
     */
    public static TableEncoder load(Path model) {
        String text = ModelFile.texts(model).get(TEXT);
        if (text == null) {
            throw new DataException(model + " holds a model without an encoder of tables");
        }
        try (CsvReader<CsvRecord> records =
                CsvReader.builder().ignoreDifferentFieldCount(true).ofCsvRecord(text)) {
            var read = new ArrayList<Column>();
            records.forEach(record -> read.add(Column.of(record.getFields())));
            if (read.size() < 2) {
                throw new IllegalArgumentException("it has " + read.size() + " columns");
            }
            return new TableEncoder(read.subList(1, read.size()), read.get(0));
        } catch (IllegalArgumentException | CsvParseException | IOException e) {
            throw new DataException(model + ": its encoder of tables is damaged: " + e.getMessage(), e);
        }
    }

    /** For instance {@code price from 13 columns as 49 numbers}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s from %,d columns as %,d numbers", target.name(), columns.size(), inputs.size());
    }
}
