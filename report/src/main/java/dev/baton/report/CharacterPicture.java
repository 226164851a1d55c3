package dev.baton.report;

import java.util.List;
import java.util.stream.IntStream;

/** Pictures as characters, two for a pixel, the darker the more ink. */
final class CharacterPicture {

    private static final String INKS = " .:-=+*#@";

    private CharacterPicture() {}

    /** The lines of a picture, all of the same length. */
    static List<String> of(Question.Picture picture) {
        return IntStream.range(0, picture.height())
                .mapToObj(row -> line(picture, row))
                .toList();
    }

    private static String line(Question.Picture picture, int row) {
        var line = new StringBuilder();
        for (int column = 0; column < picture.width(); column++) {
            double ink = 1 - picture.brightness(row, column);
            line.append(INKS.charAt((int) Math.round(ink * (INKS.length() - 1))))
                    .append(' ');
        }
        return line.toString();
    }
}
