package dev.baton.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BytePairsTest {

    @TempDir
    private Path folder;

    private static List<String> parts(BytePairs pairs, String text) {
        return Arrays.stream(pairs.encode(text)).mapToObj(pairs::decode).collect(Collectors.toList());
    }

    /** The example of Sennrich et al. 2016: low, lower, newest, widest, of which es, then est, are most frequent. */
    @Test
    void theMostFrequentNeighboursAreJoinedFirst() {
        String text = "low low low low low lower lower newest newest newest newest newest newest widest widest widest";
        BytePairs pairs = BytePairs.train(text, 256 + 3);

        assertThat(pairs).hasToString("259 tokens: 256 bytes and 3 pairs");
        // Nine times each; the older tokens come first.
        assertThat(parts(pairs, "newest widest")).contains("est");
        assertThat(parts(pairs, "low")).containsExactly("lo", "w");
    }

    @Test
    void everyTextComesBack() {
        BytePairs pairs = BytePairs.train("the cat sat on the mat, the cat sat", 280);
        for (String text : List.of("", "the cat", "  two  spaces\n\n", "Straße, 日本語, 🙂", "don't 42!", "\u0000\t")) {
            assertThat(pairs.decode(pairs.encode(text))).isEqualTo(text);
        }
        assertThat(pairs.encode("the cat").length).isLessThan("the cat".length());
        var random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            String text = random.ints(random.nextInt(30), 0, 0x1_1000)
                    .filter(character -> character < 0xD800 || character > 0xDFFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            assertThat(pairs.decode(pairs.encode(text))).isEqualTo(text);
        }
    }

    /** The definition: everything is counted anew before each pair becomes a token. */
    @Test
    void trainingIsTheDefinition() {
        var random = new SplittableRandom(3);
        List<String> words = random.ints(400, 1, 9)
                .mapToObj(length -> random.ints(length, 'a', 'f')
                        .mapToObj(Character::toString)
                        .collect(Collectors.joining("", " ", "")))
                .toList();
        String text = String.join("", words);
        List<List<Integer>> tokens = new ArrayList<>();
        for (String word : words) {
            tokens.add(word.chars().map(ByteCharacters::tokenOf).boxed().collect(Collectors.toList()));
        }
        for (int token = 256; token < 320; token++) {
            List<Integer> best = mostFrequent(tokens);
            for (List<Integer> word : tokens) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    if (word.subList(i, i + 2).equals(best)) {
                        word.set(i, token);
                        word.remove(i + 1);
                    }
                }
            }
        }

        int[] expected = tokens.stream()
                .flatMap(List::stream)
                .mapToInt(Integer::intValue)
                .toArray();
        assertThat(BytePairs.train(text, 320).encode(text)).isEqualTo(expected);
    }

    private static List<Integer> mostFrequent(List<List<Integer>> words) {
        var counts = new HashMap<List<Integer>, Integer>();
        for (List<Integer> word : words) {
            for (int i = 0; i + 1 < word.size(); i++) {
                counts.merge(List.of(word.get(i), word.get(i + 1)), 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .min(Comparator.comparing((Map.Entry<List<Integer>, Integer> one) -> -one.getValue())
                        .thenComparing(one -> one.getKey().get(0))
                        .thenComparing(one -> one.getKey().get(1)))
                .orElseThrow()
                .getKey();
    }

    @Test
    void filesAreThoseOfGpt2() throws IOException {
        Path file = Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n\u0120 t\nh e\n\u0120t he\n");
        BytePairs pairs = BytePairs.load(file);

        assertThat(pairs.size()).isEqualTo(259);
        // In GPT-2's vocabulary '!' is 0, 'a' 64, a space 220.
        assertThat(pairs.encode("!a ")).containsExactly(0, 64, 220);
        assertThat(pairs.encode(" the")).containsExactly(258);
        assertThat(pairs.encode("the")).containsExactly(83, 257);
        Path saved = folder.resolve("saved.txt");
        pairs.save(saved);
        assertThat(Files.readString(saved)).isEqualTo(Files.readString(file));
    }

    @Test
    void whatIsSavedIsLoaded() throws IOException {
        String text = Files.readString(Path.of("..", "README.md"));
        BytePairs pairs = BytePairs.train(text, 600);
        Path file = folder.resolve("pairs.txt");
        pairs.save(file);

        assertThat(BytePairs.load(file).encode(text)).isEqualTo(pairs.encode(text));
        assertThat(pairs.size()).isEqualTo(600);
    }

    @Test
    void refusesWhatIsNoFileOfPairs() throws IOException {
        assertThatThrownBy(() -> BytePairs.load(folder.resolve("none")))
                .isInstanceOf(DataException.class)
                .hasMessage("there is no " + folder.resolve("none"));
        assertRefused(
                "a b\na  c\n",
                ", line 2 is no pair of tokens that there are before it, with a space between them: 'a  c'");
        assertRefused(
                "ab c\n", ", line 1 is no pair of tokens that there are before it, with a space between them: 'ab c'");
        assertRefused("a b\na b\n", ", line 2 makes a token that there is already: 'a b'");
        Path latin = Files.write(folder.resolve("pairs"), "\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> BytePairs.load(latin)).hasMessage(latin + " is no file of pairs: it is not UTF-8");
        assertThatThrownBy(() -> BytePairs.train("text", 255))
                .hasMessage("there is a token for each of 256 bytes: at least so many, not 255");
        assertThatThrownBy(() -> BytePairs.train("text", 256).decode(256))
                .hasMessage("there is no token 256: there are 256, from 0");
    }

    private void assertRefused(String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("pairs"), text);
        assertThatThrownBy(() -> BytePairs.load(file))
                .isInstanceOf(DataException.class)
                .hasMessage(file + message);
    }

    @Test
    void aTextOfPairsIsLearntFromLikeAnyOther() {
        String text = "to be or not to be, that is the question ".repeat(20);
        BytePairs pairs = BytePairs.train(text, 300);
        Text tokens = Text.of(text, pairs);

        assertThat(tokens.alphabetSize()).isEqualTo(pairs.size());
        assertThat(tokens.size()).isEqualTo(pairs.encode(text).length);
        Batch batch = tokens.windows(2, 5, new SplittableRandom(1));
        for (int token : batch.inputs().toIntArray()) {
            assertThat(token).isBetween(0, pairs.size() - 1);
        }
        assertThat(tokens.decode(tokens.encode("to be"))).isEqualTo("to be");
        assertThatThrownBy(() -> Text.of("", pairs)).hasMessage("the text is empty");
    }
}
