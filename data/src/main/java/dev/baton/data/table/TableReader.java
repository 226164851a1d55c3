package dev.baton.data.table;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.baton.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads tables from text files in UTF-8, one row a line, as RFC 4180 describes them: a field may stand in double quotes
 * and then hold anything. Spaces around a field do not belong to it. Immutable: each setting gives another reader.
 */
public final class TableReader {

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final char separator;
    private final List<String> names;
    private final Set<String> missing;

    private TableReader(char separator, List<String> names, Set<String> missing) {
        this.separator = separator;
        this.names = names;
        this.missing = missing;
    }

    /** With commas between the fields, and the names of the columns in the first line. */
    public static TableReader commas() {
        return separatedBy(',');
    }

    /** As {@link #commas()}, with another character between the fields, such as {@code ';'} or {@code '\t'}. */
    public static TableReader separatedBy(char separator) {
        if (separator == '"' || separator == '\n' || separator == '\r') {
            throw new DataException("fields cannot be separated by quotes or ends of lines");
        }
        return new TableReader(separator, null, Set.of());
    }

    /** The names of the columns, for a file whose first line is a row like all others. */
    public TableReader named(String... names) {
        return new TableReader(separator, List.of(names), missing);
    }

    /** Texts that stand for no value, such as {@code ?} or {@code NA}; an empty field always does. */
    public TableReader missing(String... texts) {
        return new TableReader(separator, names, Set.of(texts));
    }

    /**
     * Reads a whole file.
     *
     * @throws DataException if it cannot be read, is not UTF-8, has no rows, has a row with too few or too many fields,
     *     or columns without a name or with the same one; naming the line
     */
    public Table read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(file.toString(), in);
        } catch (NoSuchFileException e) {
            throw new DataException("there is no " + file, e);
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + e, e);
        }
    }

    /**
     * Reads everything that comes, as {@link #read(Path)} does.
     *
     * @param name of the table, for messages
     */
    public Table read(String name, InputStream in) {
        try (CsvReader<CsvRecord> records = CsvReader.builder()
                .fieldSeparator(separator)
                .ignoreDifferentFieldCount(true)
                .ofCsvRecord(text(name, in.readAllBytes()))) {
            return table(name, records);
        } catch (CsvParseException e) {
            throw new DataException(name + " is no table of this form: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataException("cannot read " + name + ": " + e, e);
        }
    }

    private static String text(String name, byte[] bytes) {
        var from = ByteBuffer.wrap(bytes);
        var to = CharBuffer.allocate(bytes.length);
        if (StandardCharsets.UTF_8.newDecoder().decode(from, to, true).isError()) {
            long line =
                    1 + to.flip().chars().filter(character -> character == '\n').count();
            throw new DataException(name + ", line " + line + " is not UTF-8: save the table in this encoding");
        }
        String text = to.flip().toString();
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    private Table table(String name, CsvReader<CsvRecord> records) {
        List<String> columns = names;
        var rows = new ArrayList<Table.Row>();
        for (CsvRecord record : records) {
            if (columns == null) {
                columns = record.getFields().stream().map(String::strip).toList();
                continue;
            }
            if (record.getFieldCount() != columns.size()) {
                throw new DataException(name + ", line " + record.getStartingLineNumber() + " has "
                        + record.getFieldCount() + " fields, but there are " + columns.size() + " columns");
            }
            rows.add(new Table.Row(
                    record.getStartingLineNumber(),
                    record.getFields().stream().map(this::value).toArray(String[]::new)));
        }
        if (rows.isEmpty()) {
            throw new DataException(name + " has no rows" + (names == null ? " below the names of its columns" : ""));
        }
        requireNames(name, columns);
        return new Table(name, List.copyOf(columns), rows);
    }

    private String value(String field) {
        String value = field.strip();
        return value.isEmpty() || missing.contains(value) ? null : value;
    }

    private static void requireNames(String name, List<String> columns) {
        var seen = new HashSet<String>();
        for (int column = 0; column < columns.size(); column++) {
            String header = columns.get(column);
            if (header.isEmpty()) {
                throw new DataException(
                        name + ": column " + (column + 1) + " has no name in the first line, which is " + columns);
            }
            if (!seen.add(header)) {
                throw new DataException(name + ": two columns are named '" + header + "'");
            }
        }
    }
}
