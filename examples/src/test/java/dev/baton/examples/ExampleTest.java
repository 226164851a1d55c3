package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;

/** Runs command lines and keeps what they print. */
abstract class ExampleTest {

    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();

    /** What --threads has set, so that the next test has its own. */
    @AfterEach
    final void forgetThreads() {
        System.clearProperty("baton.threads");
    }

    /** Runs a command line as {@code main} does and gives its exit status; out and err hold what it printed. */
    final int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(false, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    /** What the first group of a pattern stands for in what was printed. */
    final String found(String pattern) {
        var matcher = Pattern.compile(pattern).matcher(out.toString());
        assertThat(matcher.find()).as(out.toString() + err).isTrue();
        return matcher.group(1);
    }
}
