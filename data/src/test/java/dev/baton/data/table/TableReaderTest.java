package dev.baton.data.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableReaderTest {

    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("cars.csv"), text);
    }

    @Test
    void readsNamesAndFields() throws IOException {
        Table table = Table.read(file("make,price\r\n\"Alfa, Romeo\", 13495 \n\n\"said \"\"Saab\"\"\",\n"));

        assertThat(table).hasToString(folder + "/cars.csv: 2 rows of 2 columns");
        assertThat(table.columns()).containsExactly("make", "price");
        assertThat(table.text(0, "make")).isEqualTo("Alfa, Romeo");
        assertThat(table.text(0, "price")).isEqualTo("13495");
        assertThat(table.text(1, "make")).isEqualTo("said \"Saab\"");
        assertThat(table.text(1, "price")).isNull();
    }

    @Test
    void readsOtherForms() throws IOException {
        Table table = TableReader.separatedBy('\t')
                .named("make", "doors")
                .missing("?", "NA")
                .read(file("\uFEFFsaab\t?\nNA\ttwo\n"));

        assertThat(table.size()).isEqualTo(2);
        assertThat(table.text(0, "make")).isEqualTo("saab");
        assertThat(table.text(0, "doors")).isNull();
        assertThat(table.text(1, "make")).isNull();
    }

    @Test
    void refusesWhatIsNoTable() throws IOException {
        assertThatThrownBy(() -> Table.read(folder.resolve("none.csv")))
                .isInstanceOf(DataException.class)
                .hasMessage("there is no " + folder.resolve("none.csv"));
        assertRefused("", " has no rows below the names of its columns");
        assertRefused("make,price\n", " has no rows below the names of its columns");
        assertRefused("make,price\nsaab,1\n\nbmw\n", ", line 4 has 1 fields, but there are 2 columns");
        assertRefused("make,price\nsaab,1,2\n", ", line 2 has 3 fields, but there are 2 columns");
        assertRefused("make,make\nsaab,1\n", ": two columns are named 'make'");
        assertRefused("make, \nsaab,1\n", ": column 2 has no name in the first line, which is [make, ]");
        Path latin = Files.write(
                folder.resolve("cars.csv"), "make\nsaab\nCitro\u00ebn\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Table.read(latin))
                .isInstanceOf(DataException.class)
                .hasMessage(latin + ", line 3 is not UTF-8: save the table in this encoding");
    }

    private void assertRefused(String text, String message) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> Table.read(file))
                .isInstanceOf(DataException.class)
                .hasMessage(file + message);
    }

    @Test
    void choosesRows() throws IOException {
        Table table = Table.read(file("a,b\n1,\n2,x\n3,\n4,y\n5,z\n"));

        assertThat(texts(table.having("b"))).containsExactly("2", "4", "5");
        assertThat(texts(table.part(1, 3))).containsExactly("2", "3");
        assertThat(texts(table.shuffled(1))).containsExactlyInAnyOrder("1", "2", "3", "4", "5");
        assertThat(texts(table.shuffled(1))).isEqualTo(texts(table.shuffled(1))).isNotEqualTo(texts(table));
        assertThatThrownBy(() -> table.part(3, 6)).hasMessageStartingWith("there are no rows 3 to 6 of 5 in ");
        assertThatThrownBy(() -> table.having("c")).hasMessageEndingWith(" has no column 'c'; it has a, b");
        assertThatThrownBy(() -> table.part(0, 1).having("b")).hasMessageEndingWith(" has a value in column 'b'");
    }

    private static String[] texts(Table table) {
        var texts = new String[table.size()];
        Arrays.setAll(texts, row -> table.text(row, "a"));
        return texts;
    }

    /** Whatever is in a file: a table comes out of it, or a sentence about it. */
    @Test
    void survivesDamagedFiles() throws IOException {
        var random = new SplittableRandom(1);
        byte[] whole = "a,\"b c\",d\n1,\"x\n\"\"y\"\"\",3\n4,,5\r\n".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            for (int flips = random.nextInt(4); flips > 0 && damaged.length > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Path file = Files.write(folder.resolve("damaged.csv"), damaged);
            try {
                Table table = Table.read(file);
                assertThat(table.size()).isPositive();
            } catch (DataException e) {
                assertThat(e.getMessage()).contains("damaged.csv");
            }
        }
    }
}
