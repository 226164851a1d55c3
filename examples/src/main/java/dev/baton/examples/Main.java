package dev.baton.examples;

import dev.baton.BatonException;
import java.io.Console;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One subcommand an example. Exit status 0; 1 with a message in words; 2 for wrong usage. */
@Command(
        name = "baton-examples",
        description = "Networks that learn, one subcommand an example.",
        mixinStandardHelpOptions = true,
        version = "Baton 0.1.0",
        synopsisSubcommandLabel = "EXAMPLE",
        subcommands = {
            Digits.class,
            Prices.class,
            Relay.class,
            Melody.class,
            Pets.class,
            Forge.class,
            Shakespeare.class,
            Price.class,
            Answers.class,
            Serve.class
        })
public final class Main {

    @Option(names = "--stacktrace", scope = CommandLine.ScopeType.INHERIT, description = "print where an error arose")
    private boolean stacktrace;

    private final boolean terminal;

    private Main(boolean terminal) {
        this.terminal = terminal;
    }

    public static void main(String[] arguments) {
        var out = new PrintWriter(System.out, true);
        System.exit(run(isTerminal(System.console()), out, new PrintWriter(System.err, true), arguments));
    }

    /** Whether a person watches. From Java 22 on there is a console always, and it knows whether it is a terminal. */
    private static boolean isTerminal(Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Whether standard output is a terminal, where a line can be drawn again. */
    boolean terminal() {
        return terminal;
    }

    /** Runs a command line and returns its exit status. */
    static int run(boolean terminal, PrintWriter out, PrintWriter err, String... arguments) {
        var main = new Main(terminal);
        return new CommandLine(main)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    if (main.stacktrace) {
                        e.printStackTrace(err);
                    } else if (e instanceof BatonException) {
                        err.println(e.getMessage());
                    } else {
                        err.println("something went wrong in Baton itself: " + e + "; --stacktrace shows where");
                    }
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
    }
}
