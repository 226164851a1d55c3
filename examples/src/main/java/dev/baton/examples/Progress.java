package dev.baton.examples;

import dev.baton.train.EpochResult;
import dev.baton.train.TrainingListener;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;

/** Shows how training goes on: a line for each epoch, which grows in place where a terminal shows it. */
interface Progress extends TrainingListener, AutoCloseable {

    @Override
    default void close() {}

    /** Whether what is printed is for programs to read. */
    default boolean isForPrograms() {
        return false;
    }

    /** One line when an epoch is done. */
    static Progress plain(PrintWriter out) {
        return new Progress() {
            @Override
            public void epoch(EpochResult result) {
                out.println(result);
            }

            @Override
            public void resumed(long step, String difference) {
                out.println(inWords(step, difference));
            }
        };
    }

    private static String inWords(long step, String difference) {
        String text = String.format(Locale.ROOT, "goes on after step %,d", step);
        return difference.isEmpty() ? text : text + "; " + difference;
    }

    /** One JSON object when an epoch is done. */
    static Progress json(PrintWriter out) {
        return new Progress() {
            @Override
            public boolean isForPrograms() {
                return true;
            }

            @Override
            public void epoch(EpochResult result) {
                var line = new JsonLine("epoch")
                        .add("epoch", result.epoch())
                        .add("epochs", result.epochs())
                        .add("loss", result.loss());
                result.metrics().forEach(line::add);
                out.println(line.add("samplesPerSecond", result.samplesPerSecond())
                        .add("secondsWaited", result.waited().toMillis() / 1e3)
                        .add("secondsLeft", result.left().toMillis() / 1e3));
            }

            @Override
            public void resumed(long step, String difference) {
                out.println(new JsonLine("resumed").add("step", step).add("difference", difference));
            }

            @Override
            public void warning(long step, String warning) {
                out.println(new JsonLine("warning").add("step", step).add("message", warning));
            }
        };
    }

    /** A line that grows during an epoch and stays when it is done. */
    static Progress terminal(PrintStream out, int batchSize, int epochs) {
        return new InTerminal(out, batchSize, epochs);
    }

    /** What the line shows; the library draws it again a few times a second, on a thread of its own. */
    final class InTerminal implements Progress {

        private static final int LONGEST_BAR = 20;
        private static final int MILLISECONDS_BETWEEN = 100;

        private final PrintStream out;
        private final LineConsumer line;
        private final int batchSize;
        private final int epochs;
        private final long start = System.nanoTime();
        private ProgressBar bar;
        private double losses;
        private int shown;
        private String measured = "";
        private double begun = Double.NaN;

        private InTerminal(PrintStream out, int batchSize, int epochs) {
            this.out = out;
            this.line = new LineConsumer(out);
            this.batchSize = batchSize;
            this.epochs = epochs;
        }

        @Override
        public void batch(int epoch, int batch, int batches, float loss) {
            if (bar == null) {
                losses = 0;
                shown = 0;
                bar = new ProgressBarBuilder()
                        .setInitialMax((long) batches * batchSize)
                        .setUpdateIntervalMillis(MILLISECONDS_BETWEEN)
                        .setConsumer(line)
                        .setRenderer(this::render)
                        .build();
            }
            losses += loss;
            shown++;
            double done = epoch - 1 + (double) batch / batches;
            if (Double.isNaN(begun)) {
                begun = done - 1.0 / batches;
            }
            double left = (System.nanoTime() - start) / 1e9 / (done - begun) * (epochs - done);
            bar.setExtraMessage(String.format(
                    Locale.ROOT,
                    "epoch %d/%d|  loss %.4f%s|  %.0f s left",
                    epoch,
                    epochs,
                    losses / shown,
                    measured,
                    left));
            bar.stepTo((long) batch * batchSize);
        }

        private String render(ProgressState state, int length) {
            if (state.getExtraMessage().isEmpty()) {
                // The library draws before there is anything to show.
                return "";
            }
            String[] parts = (state.getExtraMessage() + "||").split("\\|", -1);
            double seconds = Math.max(1e-3, state.getElapsedAfterStart().toMillis() / 1e3);
            String rest = String.format(
                    Locale.ROOT, "%s  %,.0f samples/s%s", parts[1], state.getCurrent() / seconds, parts[2]);
            // The bar takes what the numbers leave of the line.
            int bar = Math.max(0, Math.min(LONGEST_BAR, length - parts[0].length() - rest.length() - " []".length()));
            int filled = (int) (bar * state.getNormalizedProgress());
            String text = parts[0] + " [" + "=".repeat(filled) + " ".repeat(bar - filled) + "]" + rest;
            return text.substring(0, Math.min(text.length(), Math.max(0, length)));
        }

        @Override
        public void resumed(long step, String difference) {
            out.println(inWords(step, difference));
        }

        @Override
        public void epoch(EpochResult result) {
            close();
            measured = result.metrics().entrySet().stream()
                    .map(entry -> String.format(Locale.ROOT, "  %s %.4f", entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining());
            out.println(result);
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
                bar = null;
                // The library wipes nothing out where an epoch is over before it draws a second time.
                line.clear();
            }
        }
    }
}
