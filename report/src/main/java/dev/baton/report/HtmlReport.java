package dev.baton.report;

import dev.baton.DataException;
import dev.baton.metrics.Histogram;
import dev.baton.metrics.MarkedPaper;
import dev.baton.train.EpochResult;
import dev.baton.train.LossChange;
import dev.baton.train.Summary;
import dev.baton.train.TrainingListener;
import dev.baton.train.Watch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A page that shows a run: how it learns, what it is asked and how wrong its answers are, which layers are to blame, what
 * updates change, and what it costs. One HTML file that needs nothing else, no network either.
 *
 * <p>The file is written anew after every epoch and, where epochs are long, once a minute; it is there whole or not at all.
 * Writing takes no more than a twentieth of the time. However long the run, the page stays of bounded size: curves become
 * coarser, and of the marked papers the first, the last and some in between are kept. Where a run goes on from a
 * checkpoint, the page shows it from there, and the page that was in the file before stays beside it.
 *
 * <p>{@link LiveView} shows the same page while the run goes on.
 */
public final class HtmlReport implements TrainingListener, AutoCloseable {

    private static final long NANOSECONDS_BETWEEN = TimeUnit.MINUTES.toNanos(1);
    private static final int SHARE_OF_WRITING = 20;

    private final Path file;
    private boolean holdsEarlierRun;
    private final Object lock = new Object();
    private RunDescription description = RunDescription.nothing();
    private Exam exam = Exam.numbers();
    private Watch watch = Watch.usual();
    private RunHistory history = new RunHistory(exam);
    private long version;
    private boolean ended;
    private boolean closed;
    private long resumedAfter;
    private long written = System.nanoTime();
    private long writingTook;

    private HtmlReport(Path file) {
        this.file = file;
    }

    /**
     * A report in a file, which is written for the first time here or, where it holds the report of an earlier run, with
     * the first step.
     *
     * @param file whose folder must be there
     * @throws DataException if it cannot be written
     */
    public static HtmlReport to(Path file) {
        var report = new HtmlReport(file);
        if (Files.exists(file)) {
            report.holdsEarlierRun = true;
        } else {
            report.write();
        }
        return report;
    }

    /** A report that is shown by a {@link LiveView} alone. */
    public static HtmlReport withoutFile() {
        return new HtmlReport(null);
    }

    /** What the page is called. */
    public HtmlReport title(String title) {
        return change(() -> description = description.withTitle(title));
    }

    /** How questions and answers are shown; before the run. Without it, as numbers. */
    public HtmlReport exam(Exam shown) {
        return change(() -> {
            exam = shown;
            history = new RunHistory(exam);
        });
    }

    /** How closely the run is seen: {@link Watch#usual} unless said; before the run. */
    public HtmlReport watching(Watch closely) {
        return change(() -> watch = closely);
    }

    /** Something about the run in a few words, such as its device. */
    public HtmlReport fact(String name, String text) {
        return change(() -> description = description.withFact(name, text));
    }

    /** The layers of the model. */
    public HtmlReport summary(Summary summary) {
        return change(() -> description = description.withSummary(summary));
    }

    /** What the run costs, in lines of text; shown as they are. */
    public HtmlReport bill(String lines) {
        return change(() -> description = description.withBill(lines));
    }

    @Override
    public Watch watch() {
        return watch;
    }

    @Override
    public void resumed(long step, String difference) {
        resumedAfter = step;
        change(() -> {
            history.resumed(step);
            if (!difference.isEmpty()) {
                description = description.withFact("goes on with", difference);
            }
        });
    }

    @Override
    public void batch(int epoch, int batch, int batches, float loss) {
        change(() -> history.batch(epoch, loss));
        if (holdsEarlierRun) {
            if (resumedAfter > 0) {
                Path kept = WholeText.moveAside(file, "-before-step-" + resumedAfter);
                fact("what came before", kept.getFileName().toString());
            }
            write();
        } else if (System.nanoTime() - written > NANOSECONDS_BETWEEN) {
            writeUnlessJustDone();
        }
    }

    @Override
    public void examined(LossChange change) {
        change(() -> history.examined(change));
    }

    @Override
    public void marked(MarkedPaper paper) {
        change(() -> history.marked(paper));
    }

    @Override
    public void weights(int epoch, List<Histogram> weights) {
        change(() -> history.weights(epoch, weights));
    }

    @Override
    public void warning(long step, String warning) {
        change(() -> history.warning(step, warning));
    }

    @Override
    public void epoch(EpochResult result) {
        change(() -> history.epoch(result));
        writeUnlessJustDone();
    }

    /** Writes the file for the last time, unless no step was taken; closing twice does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            change(() -> ended = true);
            if (!holdsEarlierRun) {
                write();
            }
        }
    }

    private HtmlReport change(Runnable change) {
        synchronized (lock) {
            change.run();
            version++;
            lock.notifyAll();
        }
        return this;
    }

    PageData data() {
        synchronized (lock) {
            return history.data(version, description, ended);
        }
    }

    /**
     * Waits until there is something new.
     *
     * @param seen the version that is known
     */
    void awaitChange(long seen, long milliseconds) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        synchronized (lock) {
            for (long left = milliseconds; version == seen && left > 0; left = millisecondsTo(until)) {
                lock.wait(left);
            }
        }
    }

    private static long millisecondsTo(long time) {
        return TimeUnit.NANOSECONDS.toMillis(time - System.nanoTime());
    }

    private void writeUnlessJustDone() {
        if (System.nanoTime() - written >= SHARE_OF_WRITING * writingTook) {
            write();
        }
    }

    private void write() {
        if (file == null) {
            return;
        }
        long start = System.nanoTime();
        WholeText.write(file, Page.of(data(), false));
        holdsEarlierRun = false;
        written = System.nanoTime();
        writingTook = written - start;
    }
}
