package dev.baton.io;

import dev.baton.DataException;
import dev.baton.data.Standardizer;
import dev.baton.data.Tokenizer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What belongs to a model beside its weights, so that whoever has its file alone can ask it: the names of its classes, and
 * how what it is shown is made of rows or texts. The type and shape of an example are in the file anyway. Immutable: each
 * setting gives another.
 */
public final class ModelInfo {

    private static final ModelInfo NOTHING = new ModelInfo(List.of(), null, null, null, Map.of());

    private final List<String> labels;
    private final Standardizer standardizer;
    private final Tokenizer tokenizer;
    private final Integer padding;
    private final Map<String, String> texts;

    private ModelInfo(
            List<String> labels,
            Standardizer standardizer,
            Tokenizer tokenizer,
            Integer padding,
            Map<String, String> texts) {
        this.labels = labels;
        this.standardizer = standardizer;
        this.tokenizer = tokenizer;
        this.padding = padding;
        this.texts = texts;
    }

    /** Nothing, to begin with. */
    public static ModelInfo of() {
        return NOTHING;
    }

    /**
     * The names of the classes, by number from 0.
     *
     * @throws DataException if there are none, or two are equal
     */
    public ModelInfo labels(List<String> names) {
        if (names.isEmpty() || new LinkedHashSet<>(names).size() < names.size()) {
            throw new DataException("a model has one class or more, each with a name of its own, not " + names);
        }
        return new ModelInfo(List.copyOf(names), standardizer, tokenizer, padding, texts);
    }

    /** The same. */
    public ModelInfo labels(String... names) {
        return labels(List.of(names));
    }

    /** How the numbers that the model is shown are made of a row. */
    public ModelInfo standardizer(Standardizer fitted) {
        return new ModelInfo(labels, fitted, tokenizer, padding, texts);
    }

    /**
     * How the tokens that the model is shown are made of a text.
     *
     * @throws DataException if it is of a class that no file can hold: {@link dev.baton.data.Characters} and {@link
     *     dev.baton.data.BytePairs} can be saved
     */
    public ModelInfo tokenizer(Tokenizer known) {
        SavedTokenizer.write(known);
        return new ModelInfo(labels, standardizer, known, padding, texts);
    }

    /**
     * The token that stands behind a text which is shorter than an example, as it did in training.
     *
     * @throws DataException if it is negative
     */
    public ModelInfo padding(int token) {
        if (token < 0) {
            throw new DataException("no token is negative, as " + token + " is");
        }
        return new ModelInfo(labels, standardizer, tokenizer, token, texts);
    }

    /**
     * Other texts by name, beside those that were given before, such as {@code TableEncoder.texts}.
     *
     * @throws DataException if a name begins with {@code baton.}, as those of Baton itself do
     */
    public ModelInfo texts(Map<String, String> more) {
        var all = new LinkedHashMap<>(texts);
        more.forEach((name, text) -> {
            if (name.startsWith(SavedInfo.OWN) || Weights.METADATA.containsKey(name)) {
                throw new DataException("a text that is saved with a model cannot be named '" + name + "'");
            }
            all.put(name, text);
        });
        return new ModelInfo(labels, standardizer, tokenizer, padding, Collections.unmodifiableMap(all));
    }

    /** The names of the classes, by number; empty where the file has none. */
    public List<String> labels() {
        return labels;
    }

    /** How the numbers that the model is shown are made of a row; empty where they are the row itself. */
    public Optional<Standardizer> standardizer() {
        return Optional.ofNullable(standardizer);
    }

    /** How the tokens that the model is shown are made of a text; empty where the file does not say. */
    public Optional<Tokenizer> tokenizer() {
        return Optional.ofNullable(tokenizer);
    }

    /** The token that stands behind a short text; empty where texts must be as long as an example. */
    public OptionalInt padding() {
        return padding == null ? OptionalInt.empty() : OptionalInt.of(padding);
    }

    /** Other texts, by name. */
    public Map<String, String> texts() {
        return texts;
    }
}
