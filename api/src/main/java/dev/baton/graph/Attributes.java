package dev.baton.graph;

import dev.baton.BatonException;
import dev.baton.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** The constants that belong to one node, such as the axes of a sum. Immutable; equal by value. */
public final class Attributes {

    private static final Attributes NONE = new Attributes(new TreeMap<>());

    private final TreeMap<String, Object> values;

    private Attributes(TreeMap<String, Object> values) {
        this.values = values;
    }

    /** No attributes. */
    public static Attributes none() {
        return NONE;
    }

    /** One attribute; see {@link #with}. */
    public static Attributes of(String name, Object value) {
        return NONE.with(name, value);
    }

    /**
     * These attributes and one more.
     *
     * @param value a String, Boolean, Long, Double, long[], Shape or NDArray
     */
    public Attributes with(String name, Object value) {
        var copy = new TreeMap<>(values);
        copy.put(name, Objects.requireNonNull(value, name));
        return new Attributes(copy);
    }

    /** Gives every name and value, in the order of the names. */
    public void forEach(BiConsumer<String, Object> action) {
        values.forEach(action);
    }

    /** Whether there is an attribute of this name. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /**
     * The value of an attribute.
     *
     * @throws BatonException if it is missing or of another type
     */
    public <T> T get(String name, Class<T> type) {
        Object value = values.get(name);
        if (!type.isInstance(value)) {
            throw new BatonException("attribute " + name + " should be a " + type.getSimpleName() + " but is " + value);
        }
        return type.cast(value);
    }

    /** A truth value; false where it is missing. */
    public boolean flag(String name) {
        return has(name) && get(name, Boolean.class);
    }

    /** An integer. */
    public long integer(String name) {
        return get(name, Long.class);
    }

    /** A number. */
    public double number(String name) {
        return get(name, Double.class);
    }

    /** A text. */
    public String text(String name) {
        return get(name, String.class);
    }

    /** A list of integers, such as axes. */
    public int[] axes(String name) {
        return Arrays.stream(get(name, long[].class)).mapToInt(Math::toIntExact).toArray();
    }

    /** A shape. */
    public Shape shape(String name) {
        return get(name, Shape.class);
    }

    /** These attributes with sizes in the place of the symbols of their shapes. */
    public Attributes bind(Map<String, Long> sizes) {
        if (values.values().stream().noneMatch(value -> value instanceof Shape shape && !shape.isFixed())) {
            return this;
        }
        var copy = new TreeMap<>(values);
        copy.replaceAll((name, value) -> value instanceof Shape shape ? shape.bind(sizes) : value);
        return new Attributes(copy);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Attributes attributes
                && values.keySet().equals(attributes.values.keySet())
                && values.keySet().stream()
                        .allMatch(name -> Objects.deepEquals(values.get(name), attributes.values.get(name)));
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (var entry : values.entrySet()) {
            Object value = entry.getValue();
            hash = 31 * hash + entry.getKey().hashCode();
            hash = 31 * hash + (value instanceof long[] longs ? Arrays.hashCode(longs) : value.hashCode());
        }
        return hash;
    }

    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + text(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** On one line, also where a value is an array of several rows. */
    private static String text(Object value) {
        return value instanceof long[] longs
                ? Arrays.toString(longs)
                : value.toString().replace('\n', ' ');
    }
}
