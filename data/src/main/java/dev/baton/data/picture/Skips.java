package dev.baton.data.picture;

import dev.baton.DataException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Files that cannot be used: the first one ends the reading, or they are left out and counted. */
final class Skips {

    private record Counted(int count, String first) {}

    private final Consumer<String> warning;
    private final Map<String, Counted> byKind = new LinkedHashMap<>();

    /**
     * @param warning gets a sentence for each kind of trouble at the end; null where the first ends the reading
     */
    Skips(Consumer<String> warning) {
        this.warning = warning;
    }

    /**
     * A file that cannot be used.
     *
     * @param kind what such files do, for instance {@code are of another size}
     * @param problem the file and what is wrong with it, as a sentence
     */
    void add(String kind, String problem, Throwable cause) {
        if (warning == null) {
            throw new DataException(problem, cause);
        }
        byKind.merge(kind, new Counted(1, problem), (old, one) -> new Counted(old.count() + 1, old.first()));
    }

    void warn() {
        byKind.forEach((kind, counted) -> warning.accept(String.format(
                Locale.ROOT, "skipped %,d that %s; the first: %s", counted.count(), kind, counted.first())));
    }
}
