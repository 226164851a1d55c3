package dev.baton.data.table;

import dev.baton.DataException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * A column of categories: each has a number that is 1 where the field is of it and 0 elsewhere. A field without a value,
 * or of a category that the training part does not have, is of none of them.
 */
final class CategoryColumn extends Column {

    static final String KIND = "categories";

    private final List<String> categories;

    private CategoryColumn(String name, List<String> categories) {
        super(name);
        this.categories = categories;
    }

    static CategoryColumn fit(String name, Collection<String> categories) {
        return new CategoryColumn(name, List.copyOf(categories));
    }

    List<String> categories() {
        return categories;
    }

    @Override
    List<String> inputs() {
        return categories.stream().map(category -> name() + " = " + category).toList();
    }

    @Override
    void encode(String text, Supplier<String> where, float[] into, int from) {
        int category = place(text);
        if (category >= 0) {
            into[from + category] = 1;
        }
    }

    private int place(String text) {
        return text == null ? -1 : categories.indexOf(text);
    }

    /**
     * The number of a category.
     *
     * @throws DataException if it is none of these
     */
    int label(String text, Supplier<String> where) {
        int category = place(text);
        if (category < 0) {
            throw new DataException(where.get() + ": " + (text == null ? "no value" : "'" + text + "'")
                    + ", but the classes of the training part are " + String.join(", ", categories));
        }
        return category;
    }

    @Override
    List<String> toFields() {
        var fields = new ArrayList<>(List.of(KIND, name()));
        fields.addAll(categories);
        return fields;
    }

    static CategoryColumn ofFields(List<String> fields) {
        return new CategoryColumn(fields.get(1), List.copyOf(fields.subList(2, fields.size())));
    }
}
