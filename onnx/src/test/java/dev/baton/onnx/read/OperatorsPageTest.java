package dev.baton.onnx.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page about ONNX files names the operators that are read, all of them and no others. */
class OperatorsPageTest {

    @Test
    void namesWhatIsRead() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "onnx.md"));
        String section = page.substring(page.indexOf("### Operators"), page.indexOf("### The published cases"));
        Set<String> named = new TreeSet<>();
        for (String line :
                section.lines().filter(line -> line.startsWith("| `")).toList()) {
            var names = Pattern.compile("`([A-Za-z0-9]+)`").matcher(line.split("\\|")[1]);
            while (names.find()) {
                assertThat(named.add(names.group(1))).as(names.group(1)).isTrue();
            }
        }
        assertThat(named).isEqualTo(Operators.names());
        assertThat(page).contains("**Versions** " + OnnxFile.OLDEST + " to " + OnnxFile.NEWEST + " of the operators");
    }
}
