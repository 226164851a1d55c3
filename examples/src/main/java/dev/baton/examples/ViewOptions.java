package dev.baton.examples;

import dev.baton.report.Exam;
import dev.baton.report.HtmlReport;
import dev.baton.report.LiveView;
import dev.baton.report.PaperPrinter;
import dev.baton.report.TensorBoard;
import dev.baton.train.StepLog;
import dev.baton.train.Summary;
import dev.baton.train.TrainingListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What shows a run: a log, the report, its live view, marked answers. */
final class ViewOptions implements AutoCloseable {

    private static final int LARGEST_PORT = 65_535;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "write every step and every epoch to this file, one JSON object a line")
    private Path log;

    @Option(
            names = "--tensorboard",
            paramLabel = "DIR",
            description = "write the run to this folder as TensorBoard shows it (tensorboard --logdir DIR)")
    private Path tensorBoard;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "write a page to this file that shows the run: curves, wrong answers, blame, corrections (HTML)")
    private Path reportFile;

    @Option(
            names = "--live",
            arity = "0..1",
            paramLabel = "[HOST:]PORT",
            fallbackValue = "0",
            description =
                    "show the same page in a browser while the run goes on, to this machine alone unless HOST is an "
                            + "interface that others reach; without PORT at one that is free")
    private String live;

    @Option(names = "--marked", description = "print the three worst answers after every epoch")
    private boolean marked;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private HtmlReport report;

    /** Refuses what cannot be shown. */
    void check(CommandLine commandLine, boolean json) {
        if (marked && json) {
            throw new ParameterException(commandLine, "--marked prints text for people: leave it out, or --json");
        }
        if (live != null) {
            address(commandLine);
        }
    }

    /** The same for a run whose answers are not right or wrong. */
    void checkWithoutAnswers(CommandLine commandLine) {
        if (marked) {
            throw new ParameterException(
                    commandLine, "--marked: there is no right answer here to mark others by; leave it out");
        }
        check(commandLine, false);
    }

    /** Tells the listener, and all that the command line asks for after it. */
    TrainingListener with(TrainingListener first, CommandLine commandLine, String device, Exam exam) {
        TrainingListener all = first;
        if (log != null) {
            all = all.then(opened(StepLog.to(log)));
        }
        if (tensorBoard != null) {
            all = all.then(opened(TensorBoard.to(tensorBoard)));
        }
        if (reportFile != null || live != null) {
            report = opened(reportFile == null ? HtmlReport.withoutFile() : HtmlReport.to(reportFile));
            report.title(commandLine.getCommandName()).exam(exam).fact("device", device);
            all = all.then(report);
        }
        return marked ? all.then(PaperPrinter.to(commandLine.getOut(), exam)) : all;
    }

    /** The run begins: its layers are known, and from now on it can be looked at. */
    void begin(CommandLine commandLine, Summary summary) {
        if (report != null) {
            report.summary(summary);
        }
        if (live != null) {
            LiveView view = opened(LiveView.of(report, address(commandLine)));
            commandLine.getErr().println("live view: " + view.address());
        }
    }

    /** The report's page; null where none is wanted. */
    HtmlReport report() {
        return report;
    }

    private InetSocketAddress address(CommandLine commandLine) {
        int colon = live.lastIndexOf(':');
        String port = live.substring(colon + 1);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > LARGEST_PORT) {
            throw new ParameterException(
                    commandLine,
                    "Invalid value for option '--live': PORT or HOST:PORT, a port from 0 to " + LARGEST_PORT + ", not '"
                            + live + "'");
        }
        return colon < 0
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port))
                : new InetSocketAddress(live.substring(0, colon), Integer.parseInt(port));
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        open.push(closeable);
        return closeable;
    }

    /** Closes what was opened, the last first. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (RuntimeException e) {
                failure = e;
            } catch (Exception e) {
                failure = new IllegalStateException("no listener throws a checked exception", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
