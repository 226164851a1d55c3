package dev.baton.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** A table that can be read as it is, too: its columns are of one width. Numbers stand on the right. */
final class MarkdownTable {

    private final int textColumns;
    private final List<List<String>> lines = new ArrayList<>();

    /** @param textColumns how many columns, from the left, hold text */
    MarkdownTable(int textColumns, List<String> header) {
        this.textColumns = textColumns;
        lines.add(header);
    }

    void add(List<String> line) {
        lines.add(line);
    }

    @Override
    public String toString() {
        int[] widths = new int[lines.get(0).size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] =
                        Math.max(widths[column], Math.max(2, line.get(column).length()));
            }
        }
        var text = new StringBuilder();
        append(text, lines.get(0), widths);
        for (int column = 0; column < widths.length; column++) {
            String rule = "-".repeat(widths[column]);
            text.append(column < textColumns ? "| " + rule + " " : "| " + rule.substring(1) + ": ");
        }
        text.append("|\n");
        lines.stream().skip(1).forEach(line -> append(text, line, widths));
        return text.toString();
    }

    private void append(StringBuilder text, List<String> line, int[] widths) {
        for (int column = 0; column < widths.length; column++) {
            String blanks = " ".repeat(widths[column] - line.get(column).length());
            text.append("| ")
                    .append(column < textColumns ? line.get(column) + blanks : blanks + line.get(column))
                    .append(' ');
        }
        text.append("|\n");
    }
}
