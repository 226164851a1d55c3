package dev.baton.examples;

import dev.baton.train.EpochResult;
import dev.baton.train.TrainingListener;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how training goes on: a line for each epoch, which grows in place where a terminal shows it. */
interface Progress extends TrainingListener, AutoCloseable {

    @Override
    default void close() {}

    /** One line when an epoch is done. */
    static Progress plain(PrintWriter out) {
        return out::println;
    }

    /** One JSON object when an epoch is done. */
    static Progress json(PrintWriter out) {
        return result -> {
            var line = new JsonLine("epoch")
                    .add("epoch", result.epoch())
                    .add("epochs", result.epochs())
                    .add("loss", result.loss());
            result.metrics().forEach(line::add);
            out.println(line.add("samplesPerSecond", result.samplesPerSecond()).add("secondsLeft", result.left().toMillis() / 1e3));
        };
    }

    /** A bar that grows during an epoch; the line of the epoch takes its place. */
    static Progress terminal(PrintStream out, int batchSize) {
        return new InTerminal(out, batchSize);
    }

    /** The bar and what it needs to know of the epochs so far. */
    final class InTerminal implements Progress {

        private final PrintStream out;
        private final int batchSize;
        private ProgressBar bar;
        private EpochResult last;

        private InTerminal(PrintStream out, int batchSize) {
            this.out = out;
            this.batchSize = batchSize;
        }

        @Override
        public void batch(int epoch, int batch, int batches, float loss) {
            if (bar == null) {
                bar = new ProgressBarBuilder()
                        .setTaskName(last == null ? "epoch " + epoch : "epoch " + epoch + "/" + last.epochs())
                        .setInitialMax((long) batches * batchSize)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(100)
                        .setConsumer(new ConsoleProgressBarConsumer(out))
                        .showSpeed()
                        .clearDisplayOnFinish()
                        .build();
            }
            bar.stepBy(batchSize);
            String text = String.format(Locale.ROOT, "loss %.4f", loss);
            bar.setExtraMessage(last == null ? text : text + ", " + last.left().toSeconds() + " s left");
        }

        @Override
        public void epoch(EpochResult result) {
            close();
            last = result;
            out.println(result);
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
                bar = null;
            }
        }
    }
}
