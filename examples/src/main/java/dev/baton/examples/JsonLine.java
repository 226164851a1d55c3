package dev.baton.examples;

import java.util.Map;

/** One JSON object on one line, for programs to read. */
final class JsonLine {

    private final StringBuilder text = new StringBuilder("{");

    /**
     * @param event what the line tells, its first member
     */
    JsonLine(String event) {
        add("event", event);
    }

    JsonLine add(String name, String value) {
        return member(name, quote(value));
    }

    JsonLine add(String name, long value) {
        return member(name, Long.toString(value));
    }

    /** A number; null where it is not finite, which JSON has no word for. */
    JsonLine add(String name, double value) {
        return member(name, Double.isFinite(value) ? Double.toString(value) : "null");
    }

    /** Figures by name, whole numbers without a point. */
    JsonLine add(Map<String, Number> figures) {
        figures.forEach((name, figure) -> {
            if (figure instanceof Double) {
                add(name, figure.doubleValue());
            } else {
                add(name, figure.longValue());
            }
        });
        return this;
    }

    private JsonLine member(String name, String value) {
        text.append(text.length() > 1 ? "," : "")
                .append(quote(name))
                .append(':')
                .append(value);
        return this;
    }

    private static String quote(String value) {
        var quoted = new StringBuilder("\"");
        for (char c : value.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    @Override
    public String toString() {
        return text + "}";
    }
}
