package dev.baton.examples;

import dev.baton.BatonException;
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
        subcommands = Digits.class)
public final class Main {

    @Option(names = "--stacktrace", scope = CommandLine.ScopeType.INHERIT, description = "print where an error arose")
    private boolean stacktrace;

    public static void main(String[] arguments) {
        System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments));
    }

    /** Runs a command line and returns its exit status. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        var main = new Main();
        return new CommandLine(main)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    if (main.stacktrace || !(e instanceof BatonException)) {
                        e.printStackTrace(err);
                    } else {
                        err.println(e.getMessage());
                    }
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments.length == 0 ? new String[] {"--help"} : arguments);
    }
}
