package dev.baton.data;

import dev.baton.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Tokens that are bytes of UTF-8, or pairs of tokens that are often neighbours (Sennrich et al. 2016, "Neural Machine
 * Translation of Rare Words with Subword Units"; on bytes: Radford et al. 2019, GPT-2). Every text has tokens. No token goes
 * beyond a word, which begins with the space before it. Tokens and files are numbered and written as GPT-2's, whose {@code
 * merges.txt} can be loaded. Immutable; several threads may use one.
 */
public final class BytePairs implements Tokenizer {

    /** Words, numbers, and what is neither; GPT-2's own pattern (https://github.com/openai/gpt-2, src/encoder.py). */
    private static final Pattern WORDS = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final String VERSION = "#version: 0.2";

    /** Two neighbours that become one token. */
    record Pair(int left, int right) {}

    private final byte[][] tokens;
    private final Map<Pair, Integer> merged;
    private final List<Pair> merges;

    private BytePairs(List<Pair> merges) {
        this.merges = List.copyOf(merges);
        this.merged = new HashMap<>();
        this.tokens = new byte[ByteCharacters.COUNT + merges.size()][];
        for (int i = 0; i < ByteCharacters.COUNT; i++) {
            tokens[i] = new byte[] {(byte) ByteCharacters.byteOf(i)};
        }
        for (int i = 0; i < merges.size(); i++) {
            Pair pair = merges.get(i);
            int token = ByteCharacters.COUNT + i;
            merged.put(pair, token);
            var bytes = new ByteArrayOutputStream();
            bytes.writeBytes(tokens[pair.left()]);
            bytes.writeBytes(tokens[pair.right()]);
            tokens[token] = bytes.toByteArray();
        }
    }

    /**
     * Learns from a text which neighbours are frequent: again and again the most frequent pair becomes a token, until there
     * are enough or no pair occurs twice.
     *
     * @param tokens how many there are to be, the 256 bytes included
     * @throws DataException if these are fewer than 256
     */
    public static BytePairs train(String text, int tokens) {
        if (tokens < ByteCharacters.COUNT) {
            throw new DataException("there is a token for each of 256 bytes: at least so many, not " + tokens);
        }
        var words = new TreeMap<String, Integer>();
        words(text).forEach(word -> words.merge(word, 1, Integer::sum));
        var training = new BytePairTraining();
        words.forEach((word, count) -> training.add(bytes(word), count));
        return new BytePairs(training.merges(tokens - ByteCharacters.COUNT));
    }

    private static Stream<String> words(String text) {
        return WORDS.matcher(text).results().map(MatchResult::group);
    }

    /** A word's bytes as tokens. */
    private static int[] bytes(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        var tokens = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            tokens[i] = ByteCharacters.tokenOf(bytes[i] & 0xFF);
        }
        return tokens;
    }

    /**
     * Reads a file of pairs, one a line, in the order in which they became tokens.
     *
     * @throws DataException if it cannot be read or is something else; naming the line
     */
    public static BytePairs load(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw new DataException("there is no " + file, e);
        } catch (CharacterCodingException e) {
            throw new DataException(file + " is no file of pairs: it is not UTF-8", e);
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + e, e);
        }
        return of(lines, file.toString());
    }

    /**
     * The tokens of pairs, one a line as in a file.
     *
     * @throws DataException if they are something else; naming the line
     */
    public static BytePairs of(List<String> lines) {
        return of(lines, "pairs");
    }

    private static BytePairs of(List<String> lines, String source) {
        var known = new HashMap<String, Integer>();
        for (int token = 0; token < ByteCharacters.COUNT; token++) {
            known.put(String.valueOf(ByteCharacters.characterOf(token)), token);
        }
        var merges = new ArrayList<Pair>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (i == 0 && line.startsWith("#version") || line.isEmpty()) {
                continue;
            }
            String[] parts = line.split(" ", -1);
            Integer left = parts.length == 2 ? known.get(parts[0]) : null;
            Integer right = parts.length == 2 ? known.get(parts[1]) : null;
            if (left == null || right == null) {
                throw new DataException(source + ", line " + (i + 1)
                        + " is no pair of tokens that there are before it, with a space between them: '" + line + "'");
            }
            if (known.putIfAbsent(parts[0] + parts[1], ByteCharacters.COUNT + merges.size()) != null) {
                throw new DataException(
                        source + ", line " + (i + 1) + " makes a token that there is already: '" + line + "'");
            }
            merges.add(new Pair(left, right));
        }
        return new BytePairs(merges);
    }

    /**
     * Writes a file that {@link #load} reads.
     *
     * @throws DataException if it cannot be written
     */
    public void save(Path file) {
        var lines = new ArrayList<>(List.of(VERSION));
        lines.addAll(pairs());
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new DataException("cannot write " + file + ": " + e, e);
        }
    }

    /** The pairs in the order in which they became tokens, one a line; {@link #of} makes the same tokens of them. */
    public List<String> pairs() {
        return merges.stream()
                .map(pair -> written(pair.left()) + " " + written(pair.right()))
                .toList();
    }

    private String written(int token) {
        var text = new StringBuilder();
        for (byte one : tokens[token]) {
            text.append(ByteCharacters.characterOf(ByteCharacters.tokenOf(one & 0xFF)));
        }
        return text.toString();
    }

    @Override
    public int size() {
        return tokens.length;
    }

    @Override
    public int[] encode(String text) {
        var known = new HashMap<String, int[]>();
        return words(text)
                .flatMapToInt(word -> IntStream.of(known.computeIfAbsent(word, this::encodeWord)))
                .toArray();
    }

    /** Of all neighbours that are a token, those first that became one first. */
    private int[] encodeWord(String word) {
        int[] found = bytes(word);
        int length = found.length;
        while (true) {
            int first = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < length; i++) {
                first = Math.min(first, merged.getOrDefault(new Pair(found[i], found[i + 1]), Integer.MAX_VALUE));
            }
            if (first == Integer.MAX_VALUE) {
                return Arrays.copyOf(found, length);
            }
            length = BytePairTraining.merge(found, length, merges.get(first - ByteCharacters.COUNT), first);
        }
    }

    /** {@inheritDoc} Bytes that are no UTF-8, as when a character is cut in two, become the replacement character. */
    @Override
    public String decode(int... tokens) {
        var bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            if (token < 0 || token >= size()) {
                throw new DataException("there is no token " + token + ": there are " + size() + ", from 0");
            }
            bytes.writeBytes(this.tokens[token]);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** For instance {@code 1,024 tokens: 256 bytes and 768 pairs}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%,d tokens: %d bytes and %,d pairs", size(), ByteCharacters.COUNT, merges.size());
    }
}
