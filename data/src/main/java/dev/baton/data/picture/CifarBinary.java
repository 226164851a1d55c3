package dev.baton.data.picture;

import dev.baton.DataException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * CIFAR-10's binary files: records of one byte for the class and 3,072 for the picture, [3, 32, 32]. The form is described
 * at https://www.cs.toronto.edu/~kriz/cifar.html.
 */
final class CifarBinary {

    static final PictureFile.Size SIZE = new PictureFile.Size(32, 32);

    private static final int VALUES = 3 * 32 * 32;
    private static final String NAMES = "batches.meta.txt";

    /** In the order of their labels, for where the file with the names is missing. */
    private static final List<String> USUAL =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    /**
     * One picture.
     *
     * @param values null where its class is left out
     */
    record Picture(String name, String classOf, byte[] values) {}

    private record Records(String where, String name, byte[] content) {}

    private final List<Records> files = new ArrayList<>();
    private List<String> names = USUAL;

    /** Whether a file, by its name, is one of these. */
    static boolean is(String file) {
        return partOf(file) != null || describes(file);
    }

    static boolean describes(String file) {
        return file.equals(NAMES);
    }

    /** The part that a file of records belongs to; null of others. */
    static String partOf(String file) {
        return file.matches("data_batch_\\d+\\.bin") ? "train" : file.equals("test_batch.bin") ? "test" : null;
    }

    /** Takes a file, whichever of them it is. */
    void add(String where, String name, byte[] content) {
        if (name.endsWith(NAMES)) {
            names = new String(content, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return;
        }
        if (content.length == 0 || content.length % (1 + VALUES) != 0) {
            throw new DataException(where + " has " + content.length + " bytes, which is no multiple of the "
                    + (1 + VALUES) + " that a picture and its class take: it is cut short or something else");
        }
        files.add(new Records(where, name, content));
    }

    /** Which of the parts train and test there are, in alphabetical order. */
    Set<String> parts() {
        return files.stream()
                .map(file -> partOf(FileTree.fileOf(file.name())))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All pictures; those of some classes without their values. */
    List<Picture> pictures(Set<String> leftOut) {
        var pictures = new ArrayList<Picture>();
        for (Records file : files) {
            for (int record = 0; record < file.content().length / (1 + VALUES); record++) {
                int start = record * (1 + VALUES);
                int label = file.content()[start] & 0xFF;
                if (label >= names.size()) {
                    throw new DataException(file.where() + ", record " + record + " has class " + label + "; there are "
                            + names.size() + ", 0 to " + (names.size() - 1));
                }
                String classOf = names.get(label);
                byte[] values = leftOut.contains(classOf)
                        ? null
                        : Arrays.copyOfRange(file.content(), start + 1, start + 1 + VALUES);
                pictures.add(new Picture(
                        String.format(Locale.ROOT, "%s, record %05d", file.name(), record), classOf, values));
            }
        }
        return pictures;
    }
}
