package dev.baton.spark;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.ClassSource;
import dev.baton.data.Examples;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Flatten;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The examples' digits, a line of 64 grey values and the class each, and networks that read them. */
final class OpticalDigits {

    static final String TRAINING = "optdigits.tra";
    static final String TEST = "optdigits.tes";
    static final int CLASSES = 10;
    static final Shape PICTURE = Shape.of(1, 8, 8);

    private OpticalDigits() {}

    static List<String> lines(String file) {
        try (var reader = new BufferedReader(new InputStreamReader(
                OpticalDigits.class.getResourceAsStream("/dev/baton/examples/optdigits/" + file),
                StandardCharsets.US_ASCII))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new DataException("cannot read the digits: " + e, e);
        }
    }

    /** The 64 grey values of a line, around 0. */
    static float[] pixels(String line) {
        String[] fields = line.split(",");
        var pixels = new float[64];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = Integer.parseInt(fields[i]) / 16f - 0.3f;
        }
        return pixels;
    }

    static int label(String line) {
        return Integer.parseInt(line.substring(line.lastIndexOf(',') + 1));
    }

    /** Rows of 64 values. */
    static Examples rows(String file) {
        return Examples.of(lines(file).stream(), OpticalDigits::pixels, OpticalDigits::label, CLASSES);
    }

    /** Pictures of [1, 8, 8]. */
    static Examples pictures(String file) {
        return Examples.of(new Pictures(rows(file)));
    }

    private record Pictures(Examples rows) implements ClassSource {

        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public Shape shape() {
            return PICTURE;
        }

        @Override
        public void read(int example, float[] values) {
            System.arraycopy(rows.input(example), 0, values, 0, values.length);
        }

        @Override
        public int classes() {
            return CLASSES;
        }

        @Override
        public int label(int example) {
            return rows.label(example);
        }
    }

    /** Three layers: [N, 64] to logits [N, 10]. */
    static Layer network() {
        return Sequential.of(new Linear(64, 64), new ReLU(), new Linear(64, 64), new ReLU(), new Linear(64, CLASSES));
    }

    /** A small convolutional network: [N, 1, 8, 8] to logits [N, 10]. */
    static Layer convolutional() {
        return Sequential.of(
                new Conv2d(1, 16, 3).padding(1),
                new ReLU(),
                new MaxPool2d(2),
                new Conv2d(16, 32, 3).padding(1),
                new ReLU(),
                new MaxPool2d(2),
                new Flatten(),
                new Linear(128, CLASSES));
    }
}
