package dev.baton.examples;

import dev.baton.DataException;
import dev.baton.data.Examples;
import dev.baton.data.Standardizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the optical digits: 64 inputs from 0 to 16 and a class from 0 to 9 a line, with commas between. */
public final class DigitFiles {

    static final int SIDE = 8;

    /** The value of a pixel without ink; full ink is 1 more. The mean of all pixels is then close to 0. */
    static final float PAPER = -0.3f;

    static final List<String> LABELS = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    private static final int PIXELS = SIDE * SIDE;
    private static final int DARKEST = 16;
    private static final int CLASSES = LABELS.size();

    private static final String FOLDER = "; --data takes a folder that holds optdigits.tra and optdigits.tes";

    private DigitFiles() {}

    /**
     * The examples of one file.
     *
     * @param folder where the file lies; null for the copy that comes with the examples
     */
    public static Examples read(Path folder, String name) {
        String file = folder == null ? name : folder.resolve(name).toString();
        try (BufferedReader reader = open(folder, name)) {
            return parse(reader, file);
        } catch (NoSuchFileException e) {
            throw new DataException("there is no file " + file + FOLDER, e);
        } catch (CharacterCodingException e) {
            throw new DataException(file + " is no text: it holds bytes that are no ASCII characters", e);
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + reason(e) + FOLDER, e);
        }
    }

    /** What makes a network's inputs of the 64 numbers of a line. */
    static Standardizer standardizer() {
        var mean = new float[PIXELS];
        var deviation = new float[PIXELS];
        Arrays.fill(mean, -PAPER * DARKEST);
        Arrays.fill(deviation, DARKEST);
        return Standardizer.of(mean, deviation);
    }

    private static String reason(IOException failure) {
        return failure instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : failure.getMessage();
    }

    private static BufferedReader open(Path folder, String name) throws IOException {
        if (folder != null) {
            return Files.newBufferedReader(folder.resolve(name), StandardCharsets.US_ASCII);
        }
        var stream = DigitFiles.class.getResourceAsStream("optdigits/" + name);
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII));
    }

    private static Examples parse(BufferedReader reader, String file) throws IOException {
        var inputs = new ArrayList<float[]>();
        var labels = new ArrayList<Integer>();
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            String[] fields = line.split(",", -1);
            if (fields.length != PIXELS + 1) {
                throw new DataException(file + ", line " + number + ": " + fields.length + " of the " + (PIXELS + 1)
                        + " fields of a digit; the file is cut off here, or the line is damaged");
            }
            var pixels = new float[PIXELS];
            for (int i = 0; i < PIXELS; i++) {
                pixels[i] = integer(fields, i, DARKEST, file, number) / (float) DARKEST + PAPER;
            }
            inputs.add(pixels);
            labels.add(integer(fields, PIXELS, CLASSES - 1, file, number));
        }
        if (inputs.isEmpty()) {
            throw new DataException(file + " holds no examples");
        }
        return Examples.of(
                inputs.toArray(float[][]::new),
                labels.stream().mapToInt(Integer::intValue).toArray(),
                CLASSES);
    }

    private static int integer(String[] fields, int index, int largest, String file, int line) {
        try {
            int value = Integer.parseInt(fields[index].strip());
            if (value >= 0 && value <= largest) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The message below says it for numbers out of range too.
        }
        String what = index == PIXELS ? " (the digit)" : "";
        throw new DataException(file + ", line " + line + ", field " + (index + 1) + what + ": '" + fields[index]
                + "' is no whole number from 0 to " + largest);
    }
}
