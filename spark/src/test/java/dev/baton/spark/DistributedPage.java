package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/** What docs/distributed.md shows: its program, and the command that starts it on a cluster. */
final class DistributedPage {

    private static final Pattern RIGHT = Pattern.compile("right: (\\d+) of 1797");

    private DistributedPage() {}

    /** The page's only block of code in a language. */
    private static String block(String language) throws IOException {
        Matcher blocks = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("..", "docs", "distributed.md")));
        assertThat(blocks.find()).isTrue();
        String block = blocks.group(1);
        assertThat(blocks.find()).as("more than one block of " + language).isFalse();
        return block;
    }

    /** The program's classes, in a folder. */
    static void compile(Path folder) throws IOException {
        Path source = folder.resolve("DigitsOnSpark.java");
        Files.writeString(source, block("java"));
        var messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, messages, messages, "-cp", System.getProperty("java.class.path"), source.toString());
        assertThat(status).as(messages.toString(StandardCharsets.UTF_8)).isZero();
    }

    /** The words of the command. */
    static List<String> command() throws IOException {
        return List.of(block("sh").strip().split("[\\s\\\\]+"));
    }

    /** The folder that the program's first argument names. */
    static Path digits() throws URISyntaxException {
        return Path.of(
                OpticalDigits.class.getResource("/dev/baton/examples/optdigits").toURI());
    }

    /** The share of the test's digits that the program has read as they are. */
    static double share(String printed) {
        Matcher right = RIGHT.matcher(printed);
        assertThat(right.find()).as(printed).isTrue();
        return Integer.parseInt(right.group(1)) / 1797.0;
    }
}
