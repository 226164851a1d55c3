package bench.oracle;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** As much JSON as the oracle's files need: objects, arrays, numbers, booleans, and strings without escapes. */
final class Json {

    private static final int WIDTH = 110;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    // ---- writing

    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, "", out);
        return out.append('\n').toString();
    }

    /** On one line where it fits or where it is a list of plain values, else one element a line. */
    private static void write(Object value, String indent, StringBuilder out) {
        String line = onOneLine(value);
        boolean map = value instanceof Map;
        if (indent.length() + line.length() <= WIDTH || !map && !(value instanceof Collection)) {
            out.append(line);
            return;
        }
        String inner = indent + "  ";
        Collection<?> elements = map ? ((Map<?, ?>) value).entrySet() : (Collection<?>) value;
        String separator = "\n";
        out.append(map ? '{' : '[');
        for (Object element : elements) {
            out.append(separator).append(inner);
            separator = ",\n";
            if (element instanceof Map.Entry<?, ?> e) {
                out.append('"').append(e.getKey()).append("\": ");
                write(e.getValue(), inner, out);
            } else {
                write(element, inner, out);
            }
        }
        out.append('\n').append(indent).append(map ? '}' : ']');
    }

    private static String onOneLine(Object value) {
        if (value instanceof Map<?, ?> map) {
            List<String> parts = new ArrayList<>();
            map.forEach((k, v) -> parts.add("\"" + k + "\": " + onOneLine(v)));
            return "{" + String.join(", ", parts) + "}";
        }
        if (value instanceof Collection<?> list) {
            return "[" + String.join(", ", list.stream().map(Json::onOneLine).toList()) + "]";
        }
        if (value.getClass().isArray()) {
            List<Object> list = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) list.add(Array.get(value, i));
            return onOneLine(list);
        }
        if (value instanceof String s) return "\"" + s + "\"";
        // A float is written with the digits of the double of the same value, so that either way of reading it is
        // exact.
        if (value instanceof Float f) return Double.toString(f);
        return value.toString();
    }

    // ---- reading

    /** Objects become maps in order, arrays lists, numbers doubles. */
    static Object read(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.space();
        if (json.at != text.length()) throw json.error("text after the end");
        return value;
    }

    private Object value() {
        char c = next();
        if (c == '{') return object();
        if (c == '[') return array();
        if (c == '"') return string();
        int end = at;
        while (end < text.length() && ",]} \n".indexOf(text.charAt(end)) < 0) end++;
        String word = text.substring(at, end);
        at = end;
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            default -> Double.parseDouble(word);
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> map = new LinkedHashMap<>();
        at++;
        while (next() != '}') {
            String key = string();
            if (next() != ':') throw error("expected ':'");
            at++;
            map.put(key, value());
            comma();
        }
        at++;
        return map;
    }

    private List<Object> array() {
        List<Object> list = new ArrayList<>();
        at++;
        while (next() != ']') {
            list.add(value());
            comma();
        }
        at++;
        return list;
    }

    private String string() {
        if (next() != '"') throw error("expected a string");
        int end = text.indexOf('"', at + 1);
        String s = text.substring(at + 1, end);
        at = end + 1;
        return s;
    }

    private void comma() {
        if (next() == ',') at++;
    }

    private char next() {
        space();
        if (at == text.length()) throw error("the text ends here");
        return text.charAt(at);
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    }

    private IllegalArgumentException error(String what) {
        return new IllegalArgumentException("JSON, character " + at + ": " + what);
    }
}
