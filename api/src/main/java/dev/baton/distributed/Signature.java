package dev.baton.distributed;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.train.FlatVariables;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What has to be the same on two machines so that one understands the other's blocks. */
final class Signature implements Serializable {

    private static final long serialVersionUID = 1L;

    static final String VERSION = version();

    private final String version;
    private final long seed;
    private final String precision;
    private final String layout;

    Signature(String version, long seed, String precision, String layout) {
        this.version = version;
        this.seed = seed;
        this.precision = precision;
        this.layout = layout;
    }

    static Signature of(FlatVariables variables) {
        return new Signature(VERSION, variables.seed(), variables.precision().toString(), variables.layout());
    }

    /** Baton's, which the build writes to a file. */
    private static String version() {
        try (InputStream file = Signature.class.getResourceAsStream("version")) {
            if (file == null) {
                throw new BatonException("Baton's jar lacks the file that says its version");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new BatonException("the version of Baton cannot be read from its jar", e);
        }
    }

    /**
     * Compares what came with a block with what is here.
     *
     * @throws DataException naming the first thing that differs, and both
     */
    void requireSame(Signature here) {
        requireSame("version of Baton", version, here.version);
        requireSame("seed", Long.toString(seed), Long.toString(here.seed));
        requireSame("precision", precision, here.precision);
        if (layout.equals(here.layout)) {
            return;
        }
        if (sameVariables(here) && !frozen(layout).equals(frozen(here.layout))) {
            throw new DataException("the recipe's optimizer, which this worker has, freezes " + frozen(here.layout)
                    + " and the trainer's " + frozen(layout) + ": let both freeze the same parameters");
        }
        throw new DataException("this worker's model is another one than the leading machine's: " + difference(here));
    }

    private static void requireSame(String what, String there, String here) {
        if (!there.equals(here)) {
            throw new DataException("the leading machine has " + what + " " + there + ", this worker has " + here
                    + ": they must have the same");
        }
    }

    /** Whether the variables are the same, whichever of them are learnt. */
    private boolean sameVariables(Signature here) {
        return words(layout).equals(words(here.layout));
    }

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }

    /** What the last line names. */
    private static List<String> frozen(String layout) {
        return Stream.of(layout.substring(layout.lastIndexOf("\nfrozen:"))
                        .strip()
                        .split("\\s+"))
                .skip(1)
                .toList();
    }

    /** The first variable that differs. */
    private String difference(Signature here) {
        String[] theirs = layout.split("\\s+");
        String[] ours = here.layout.split("\\s+");
        int i = 0;
        while (i < theirs.length && i < ours.length && theirs[i].equals(ours[i])) {
            i++;
        }
        return "it has " + word(ours, i) + " where that one has " + word(theirs, i);
    }

    private static String word(String[] words, int index) {
        return index < words.length ? "'" + words[index] + "'" : "nothing more";
    }
}
