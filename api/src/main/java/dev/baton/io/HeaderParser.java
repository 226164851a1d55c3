package dev.baton.io;

import dev.baton.DataException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the header of a safetensors file: the part of JSON that the format uses (objects, arrays, strings and whole
 * numbers that are not negative). Strict: a name may not come twice, and nothing may follow but spaces.
 */
final class HeaderParser {

    /** Deep enough for every header; a file made to overflow the stack is refused. */
    private static final int DEEPEST = 8;

    private final String text;
    private int position;

    private HeaderParser(String text) {
        this.text = text;
    }

    /**
     * The header as a map of maps.
     *
     * @throws DataException saying what is wrong and at which character
     */
    static Map<String, Object> parse(String text) {
        var parser = new HeaderParser(text);
        parser.expect('{');
        Map<String, Object> header = parser.object(1);
        parser.skipSpaces();
        if (parser.position < text.length()) {
            throw parser.wrong("something follows the end");
        }
        return header;
    }

    private Object value(int depth) {
        if (depth > DEEPEST) {
            throw wrong("it is nested more than " + DEEPEST + " deep");
        }
        skipSpaces();
        char next = position < text.length() ? text.charAt(position) : '\0';
        if (next == '{') {
            position++;
            return object(depth);
        } else if (next == '[') {
            position++;
            return array(depth);
        } else if (next == '"') {
            return string();
        } else if (next >= '0' && next <= '9') {
            return number();
        }
        throw wrong("an object, an array, a text or a whole number is missing");
    }

    private Map<String, Object> object(int depth) {
        var members = new LinkedHashMap<String, Object>();
        if (isNext('}')) {
            return members;
        }
        do {
            String name = string();
            expect(':');
            if (members.put(name, value(depth + 1)) != null) {
                throw wrong("'" + name + "' comes twice");
            }
        } while (isNext(','));
        expect('}');
        return members;
    }

    private List<Object> array(int depth) {
        var elements = new ArrayList<>();
        if (isNext(']')) {
            return elements;
        }
        do {
            elements.add(value(depth + 1));
        } while (isNext(','));
        expect(']');
        return elements;
    }

    private String string() {
        expect('"');
        var result = new StringBuilder();
        while (position < text.length() && text.charAt(position) != '"') {
            char c = text.charAt(position++);
            if (c < ' ') {
                throw wrong("a text holds a control character");
            }
            result.append(c == '\\' ? escaped() : c);
        }
        if (position == text.length()) {
            throw wrong("a text does not end");
        }
        position++;
        return result.toString();
    }

    private char escaped() {
        char c = position < text.length() ? text.charAt(position++) : '\0';
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw wrong("a text holds an unknown escape");
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = position < text.length() ? Character.digit(text.charAt(position++), 16) : -1;
            if (digit < 0) {
                throw wrong("a text holds an unknown escape");
            }
            code = code << 4 | digit;
        }
        return (char) code;
    }

    private Long number() {
        int start = position;
        while (position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9') {
            position++;
        }
        String digits = text.substring(start, position);
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            throw wrong("a number starts with 0");
        }
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException e) {
            throw wrong("the number " + digits + " is too large");
        }
    }

    private boolean isNext(char wanted) {
        skipSpaces();
        boolean found = position < text.length() && text.charAt(position) == wanted;
        position += found ? 1 : 0;
        return found;
    }

    private void expect(char wanted) {
        if (!isNext(wanted)) {
            throw wrong("'" + wanted + "' is missing");
        }
    }

    private void skipSpaces() {
        while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private DataException wrong(String what) {
        return new DataException("the header is no valid JSON: " + what + " (character " + position + ")");
    }
}
