package dev.baton.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTest {

    @TempDir
    private Path folder;

    private static int[] ints(NDArray array) {
        var values = new int[array.size()];
        array.ints().get(values);
        return values;
    }

    @Test
    void theAlphabetIsInTheOrderOfUnicode() {
        Text text = Text.of("to be\n\uD83D\uDE00 or \u00e9");
        assertThat(text.size()).isEqualTo(12);
        assertThat(text.alphabetSize()).isEqualTo(9);
        assertThat(text.decode(0, 1, 2, 3, 4, 5, 6, 7, 8)).isEqualTo("\n beort\u00e9\uD83D\uDE00");
        assertThat(text.encode("te\u00e9\uD83D\uDE00")).containsExactly(6, 3, 7, 8);
        assertThat(text.decode(text.encode("to be or"))).isEqualTo("to be or");
        assertThatThrownBy(() -> text.encode("xo"))
                .isInstanceOf(DataException.class)
                .hasMessage("the text's alphabet of 9 characters has no 'x'");
    }

    @Test
    void aPartKeepsTheAlphabet() {
        Text text = Text.of("abcabcxyz");
        Text part = text.part(6, 9);
        assertThat(part.size()).isEqualTo(3);
        assertThat(part.alphabetSize()).isEqualTo(6);
        assertThat(part.encode("zb")).isEqualTo(text.encode("zb"));
        assertThatThrownBy(() -> text.part(9, 9))
                .isInstanceOf(DataException.class)
                .hasMessage("there are no tokens 9 to 9 of 9");
    }

    @Test
    void targetsAreTheCharactersAfter() {
        Text text = Text.of("abcdefghij");
        var random = new SplittableRandom(5);
        var starts = new ArrayList<Integer>();
        for (int i = 0; i < 200; i++) {
            Batch batch = text.windows(3, 4, random);
            assertThat(batch.inputs().shape()).isEqualTo(Shape.of(3, 4));
            assertThat(batch.inputs().dtype()).isEqualTo(DType.INT32);
            assertThat(batch.targets().shape()).isEqualTo(Shape.of(3, 4));
            int[] inputs = ints(batch.inputs());
            int[] targets = ints(batch.targets());
            for (int j = 0; j < inputs.length; j++) {
                assertThat(targets[j]).isEqualTo(inputs[j] + 1);
                starts.add(inputs[j / 4 * 4]);
            }
        }
        // Every window, the first and the last one too.
        assertThat(starts).contains(0, 1, 2, 3, 4, 5).doesNotContain(6);
    }

    @Test
    void theSameSeedGivesTheSameWindows() {
        Text text = Text.of("abcdefghij");
        assertThat(ints(text.windows(9, 2, new SplittableRandom(7)).inputs()))
                .isEqualTo(ints(text.windows(9, 2, new SplittableRandom(7)).inputs()))
                .isNotEqualTo(ints(text.windows(9, 2, new SplittableRandom(8)).inputs()));
    }

    @Test
    void windowsInOrderLeaveLessThanOneOut() {
        var batches = new ArrayList<Batch>();
        Text.of("abcdefghijk").windowsInOrder(2, 3).forEach(batches::add);
        assertThat(batches).hasSize(2);
        assertThat(ints(batches.get(0).inputs())).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(ints(batches.get(0).targets())).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(ints(batches.get(1).inputs())).containsExactly(6, 7, 8);
        assertThat(batches.get(1).targets().shape()).isEqualTo(Shape.of(1, 3));
    }

    @Test
    void aTextTooShortIsNamed() {
        Text text = Text.of("abcd");
        assertThat(ints(text.windows(1, 3, new SplittableRandom(1)).inputs())).containsExactly(0, 1, 2);
        String message = "the text has 4 tokens; a window of 4 and the token after it need 5";
        assertThatThrownBy(() -> text.windows(1, 4, new SplittableRandom(1)))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> text.windowsInOrder(1, 4))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Text.of("")).isInstanceOf(DataException.class).hasMessage("the text is empty");
    }

    @Test
    void filesThatCannotBeReadAreNamed() throws Exception {
        Path file = folder.resolve("text.txt");
        assertThatThrownBy(() -> Text.read(file))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("cannot read " + file + ": ");
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> Text.read(file))
                .isInstanceOf(DataException.class)
                .hasMessage(file + " is empty");
        Files.write(file, "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Text.read(file))
                .isInstanceOf(DataException.class)
                .hasMessage(file + " is not UTF-8: byte 3 is 233");
        Files.write(file, new byte[] {'a', (byte) 0xe2, (byte) 0x82});
        assertThatThrownBy(() -> Text.read(file))
                .isInstanceOf(DataException.class)
                .hasMessage(file + " is not UTF-8: byte 1 is 226");
        Files.writeString(file, "caf\u00e9");
        assertThat(Text.read(file).size()).isEqualTo(4);
    }
}
