package dev.baton.data.table;

import java.util.List;
import java.util.function.Supplier;

/** How the fields of one column become numbers. */
abstract class Column {

    private final String name;

    Column(String name) {
        this.name = name;
    }

    final String name() {
        return name;
    }

    /** The names of the numbers that a field becomes. */
    abstract List<String> inputs();

    /**
     * Writes a field's numbers.
     *
     * @param text null where there is no value
     * @param where the field is, for a sentence about it; made only where there is one
     * @throws dev.baton.DataException if it is not one of this column's
     */
    abstract void encode(String text, Supplier<String> where, float[] into, int from);

    /** Everything that is to be kept, as fields of a record; {@link #of} reads it again. */
    abstract List<String> toFields();

    /**
     * What {@link #toFields} wrote.
     *
     * @throws IllegalArgumentException if it was something else
     */
    static Column of(List<String> fields) {
        if (fields.size() < 2) {
            throw new IllegalArgumentException("too few fields: " + fields);
        }
        return switch (fields.get(0)) {
            case NumberColumn.KIND -> NumberColumn.ofFields(fields);
            case CategoryColumn.KIND -> CategoryColumn.ofFields(fields);
            default -> throw new IllegalArgumentException("an unknown kind of column: " + fields);
        };
    }
}
