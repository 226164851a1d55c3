package dev.baton.io;

import dev.baton.DataException;
import dev.baton.data.BytePairs;
import dev.baton.data.Characters;
import dev.baton.data.Tokenizer;
import java.util.Map;

/** A tokenizer as a text of JSON. */
final class SavedTokenizer {

    private static final String ALPHABET = "alphabet";
    private static final String PAIRS = "pairs";

    private SavedTokenizer() {}

    /**
     * The text of a tokenizer.
     *
     * @throws DataException if it is of a class that no file can hold
     */
    static String write(Tokenizer tokenizer) {
        if (tokenizer instanceof Characters characters) {
            return "{\"" + ALPHABET + "\":" + Safetensors.quote(characters.alphabet()) + "}";
        } else if (tokenizer instanceof BytePairs bytePairs) {
            return "{\"" + PAIRS + "\":" + SavedInfo.array(bytePairs.pairs()) + "}";
        }
        throw new DataException("a tokenizer of " + tokenizer.getClass().getName()
                + " cannot be saved with a model: Characters and BytePairs can");
    }

    static Tokenizer read(Map<String, Object> saved) {
        if (saved.get(ALPHABET) instanceof String alphabet) {
            return Characters.of(alphabet);
        } else if (saved.containsKey(PAIRS)) {
            return BytePairs.of(SavedInfo.list(saved, PAIRS));
        }
        throw new DataException("this Baton knows alphabets and pairs of bytes, not " + saved.keySet());
    }
}
