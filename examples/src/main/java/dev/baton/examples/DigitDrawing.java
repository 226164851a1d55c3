package dev.baton.examples;

import java.util.List;
import java.util.stream.IntStream;

/** Digits as characters, the darker the more ink. */
final class DigitDrawing {

    private static final String INKS = " .:-=+*#@";

    private DigitDrawing() {}

    /** The lines of some digits side by side. */
    static List<String> of(float[]... digits) {
        return IntStream.range(0, DigitFiles.SIDE)
                .mapToObj(row -> line(row, digits))
                .toList();
    }

    private static String line(int row, float[][] digits) {
        var line = new StringBuilder();
        for (float[] pixels : digits) {
            line.append("  ");
            for (int column = 0; column < DigitFiles.SIDE; column++) {
                float ink = pixels[row * DigitFiles.SIDE + column] - DigitFiles.PAPER;
                line.append(INKS.charAt(Math.round(ink * 8))).append(' ');
            }
        }
        return line.toString().stripTrailing();
    }
}
