package dev.baton.examples;

import dev.baton.Precision;
import dev.baton.runtime.Session;
import dev.baton.train.EpochResult;
import dev.baton.train.Epochs;
import dev.baton.train.Summary;
import dev.baton.train.TrainingListener;
import java.io.PrintWriter;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The options that mean the same in every example. */
abstract class CommonOptions {

    /** The system property from which the CPU backend takes its number of threads when it opens. */
    private static final String THREADS = "baton.threads";

    @Option(names = "--backend", paramLabel = "NAME", description = "the backend; without it the best available")
    String backend;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "worker threads of the CPU backend; without it one a core")
    private Integer threads;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "everything random (${DEFAULT-VALUE})")
    long seed;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            defaultValue = "float32",
            description = "how products read their factors: float32, or bfloat16 (${DEFAULT-VALUE})")
    Precision precision;

    @Option(
            names = "--devices",
            paramLabel = "N",
            defaultValue = "1",
            description = "how many devices train together, each on a part of every batch (${DEFAULT-VALUE})")
    private int devices;

    @Option(names = "--epochs", paramLabel = "N", description = "passes over the data (default: the example's own)")
    private Integer epochs;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "end after so many batches, where the epochs take longer")
    private Long steps;

    @Option(names = "--limit", paramLabel = "N", description = "use only the first N training examples")
    Integer limit;

    @Option(names = "--json", description = "print one JSON object a line instead of text")
    boolean json;

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec spec;

    /** Refuses numbers that make no sense and hands the number of threads to the backend. */
    final void apply() {
        requirePositive(commandLine(), "--threads", threads);
        requirePositive(commandLine(), "--devices", devices);
        requirePositive(commandLine(), "--epochs", epochs);
        requirePositive(commandLine(), "--steps", steps);
        requirePositive(commandLine(), "--limit", limit);
        if (threads != null) {
            System.setProperty(THREADS, threads.toString());
        }
    }

    /** Refuses a number that is given and less than 1. */
    static void requirePositive(CommandLine commandLine, String option, Number value) {
        if (value != null && value.longValue() < 1) {
            throw new ParameterException(
                    commandLine, "Invalid value for option '" + option + "': at least 1, not " + value);
        }
    }

    /** The session that the command line asks for. */
    final Session session() {
        return Session.open(backend, seed, precision, devices);
    }

    /** The length of the run, where the command line does not say it the usual one. */
    final Epochs epochs(int usual) {
        Epochs length = Epochs.of(epochs == null ? usual : epochs);
        return steps == null ? length : length.atMostSteps(steps);
    }

    /**
     * The length of a run that is usually counted in steps.
     *
     * @param usual where the command line says nothing of it
     * @param epoch how many steps go through the data once
     */
    final long steps(long usual, long epoch) {
        long wanted = epochs == null ? usual : epochs * epoch;
        return steps == null ? wanted : epochs == null ? steps : Math.min(steps, wanted);
    }

    /**
     * How this run shows that it goes on.
     *
     * @param epochs how many there will be
     */
    final Progress progress(int batchSize, int epochs) {
        if (json) {
            return Progress.json(out());
        }
        return main.terminal() ? Progress.terminal(System.out, batchSize, epochs) : Progress.plain(out());
    }

    /**
     * The first lines of a run: the device, the layers and the memory.
     *
     * @param data adds what the example says of its data for programs
     * @param inWords the same for people
     */
    final void introduce(Session session, Summary summary, UnaryOperator<JsonLine> data, Object... inWords) {
        begin(
                session,
                start -> data.apply(start)
                        .add("parameters", summary.parameters())
                        .add("operations", summary.operations())
                        .add("memory", summary.memory().total()),
                Stream.concat(Stream.of(inWords), Stream.of(summary)).toArray());
    }

    /**
     * The first lines of a run: the device, and what the example says.
     *
     * @param figures adds it for programs
     * @param inWords the same for people, each on lines of its own
     */
    final void begin(Session session, UnaryOperator<JsonLine> figures, Object... inWords) {
        if (json) {
            out().println(figures.apply(
                    new JsonLine("start").add("backend", session.backend()).add("device", session.device())));
        } else {
            out().println("backend " + session.backend() + ", device " + session.device());
            Stream.of(inWords).forEach(out()::println);
        }
    }

    final PrintWriter out() {
        return commandLine().getOut();
    }

    /** Tells of what looks wrong in a run whose progress the example shows in its own way. */
    final TrainingListener warnings() {
        return new TrainingListener() {
            @Override
            public void epoch(EpochResult result) {}

            @Override
            public void warning(long step, String warning) {
                out().println(
                                json
                                        ? new JsonLine("warning")
                                                .add("step", step)
                                                .add("message", warning)
                                        : "  warning: step " + step + ": " + warning);
            }
        };
    }

    final CommandLine commandLine() {
        return spec.commandLine();
    }
}
