package dev.baton.examples;

import dev.baton.BatonException;
import dev.baton.cost.Cost;
import dev.baton.data.Batches;
import dev.baton.nn.Layer;
import dev.baton.report.Exam;
import dev.baton.runtime.Session;
import dev.baton.train.Checkpoints;
import dev.baton.train.Epochs;
import dev.baton.train.Trainer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Saving a run, going on with it, and showing it: the same options in every example that a trainer trains. */
final class RunOptions {

    /** How long a run may take to end its step and save, once Ctrl-C has been pressed. */
    private static final int SECONDS_TO_SAVE = 60;

    @Option(
            names = "--checkpoint",
            paramLabel = "DIR",
            description = "save the run in this folder after every epoch, and when it is stopped with Ctrl-C")
    private Path folder;

    @Option(names = "--checkpoint-steps", paramLabel = "N", description = "save it after every N batches too")
    private Long steps;

    @Option(
            names = "--resume",
            description = "go on from the last checkpoint, to the last bit as if nothing had happened")
    private boolean resume;

    @Option(names = "--minutes", paramLabel = "N", description = "stop after so many minutes")
    private Integer minutes;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ViewOptions views;

    @Mixin
    private Billing billing;

    /**
     * A trainer that tells the listener, and saves and shows the run as the command line says.
     *
     * @param progress is told first
     * @param exam how questions and answers are shown
     */
    Trainer.Builder trainer(Session session, Layer model, Progress progress, Exam exam) {
        CommonOptions.requirePositive(spec.commandLine(), "--minutes", minutes);
        views.check(spec.commandLine(), progress.isForPrograms());
        if (folder == null && (resume || steps != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    (resume ? "--resume" : "--checkpoint-steps") + " needs --checkpoint DIR, the folder of the run");
        }
        CommonOptions.requirePositive(spec.commandLine(), "--checkpoint-steps", steps);
        // Before the report, which then shows the bill of the epoch that is over.
        var first = billing.after(progress, spec.commandLine().getOut(), progress.isForPrograms());
        var trainer =
                Trainer.of(session, model).listener(views.with(first, spec.commandLine(), session.device(), exam));
        if (minutes != null) {
            trainer.timeLimit(Duration.ofMinutes(minutes));
        }
        if (folder == null) {
            return trainer;
        }
        Checkpoints checkpoints = Checkpoints.in(folder);
        return trainer.checkpoints(steps == null ? checkpoints : checkpoints.everySteps(steps));
    }

    /**
     * Trains, from the beginning or from the last checkpoint.
     *
     * @param cost of the model, to be said before and after where that is wanted
     * @return whether the run is done; false where it was stopped
     */
    boolean train(Session session, Trainer trainer, Cost cost, Batches training, Batches validation, Epochs length) {
        try (var shown = views) {
            shown.begin(spec.commandLine(), trainer.summary(training));
            billing.begin(session, cost, training.examples(), length, shown.report());
            boolean done = folder == null
                    ? train(trainer, training, validation, length)
                    : trainAndSave(trainer, training, validation, length);
            billing.end();
            return done;
        }
    }

    private boolean train(Trainer trainer, Batches training, Batches validation, Epochs length) {
        trainer.fit(training, validation, length);
        if (trainer.wasStopped()) {
            spec.commandLine().getErr().println("stopped after --minutes " + minutes);
        }
        return true;
    }

    private boolean trainAndSave(Trainer trainer, Batches training, Batches validation, Epochs length) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        var saved = new CountDownLatch(1);
        var ending = new AtomicBoolean();
        var onExit = new Thread(() -> {
            ending.set(true);
            trainer.stop();
            if (!await(saved)) {
                err.println(
                        "the run did not end within " + SECONDS_TO_SAVE + " s: what was saved before is in " + folder);
            }
        });
        Runtime.getRuntime().addShutdownHook(onExit);
        try {
            if (resume) {
                trainer.resume(training, validation, length);
            } else {
                trainer.fit(training, validation, length);
            }
            if (trainer.wasStopped()) {
                out.println("stopped, and saved in " + folder + "; to go on: the same command with --resume");
            }
            return !trainer.wasStopped();
        } catch (BatonException e) {
            if (ending.get()) {
                // Nobody else will say it: the virtual machine ends as soon as this run has.
                err.println(e.getMessage());
            }
            throw e;
        } finally {
            // What shows the run is whole too before the virtual machine may end.
            views.close();
            saved.countDown();
            forget(onExit);
        }
    }

    private static boolean await(CountDownLatch saved) {
        try {
            return saved.await(SECONDS_TO_SAVE, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void forget(Thread onExit) {
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // The virtual machine is ending: the hook is what waits for this very run.
            return;
        }
    }
}
