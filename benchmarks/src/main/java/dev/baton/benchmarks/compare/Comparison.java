package dev.baton.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Measures Baton and the peers in turn, round after round. */
final class Comparison {

    private final Settings settings;
    private final Runner runner;
    private final Path file;
    private final Instant start;
    private final Machine machine;
    private final Ceilings ceilings;
    private final List<Measurement> measurements = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();

    /**
     * @param file where the results are written after each round, so that a comparison that is cut short is not lost
     * @param ceilings null where they are not wanted
     */
    Comparison(Settings settings, Runner runner, Path file, Instant start, Machine machine, Ceilings ceilings) {
        this.settings = settings;
        this.runner = runner;
        this.file = file;
        this.start = start;
        this.machine = machine;
        this.ceilings = ceilings;
    }

    Results run() throws IOException, InterruptedException {
        Results results = null;
        for (int round = 1; round <= settings.rounds(); round++) {
            for (Settings.Task task : settings.tasks()) {
                boolean own = Settings.isBatonsOwn(task.workload());
                for (String framework : turn(own ? List.of() : settings.peers(), round)) {
                    measure(framework, task, round);
                }
            }
            results = results(round);
            results.write(file);
        }
        return results;
    }

    /** Every second round goes backwards, so that nobody always follows the same neighbour. */
    static List<String> turn(List<String> peers, int round) {
        var turn = new ArrayList<String>();
        turn.add(Row.BATON);
        turn.addAll(peers);
        if (round % 2 == 0) {
            Collections.reverse(turn);
        }
        return turn;
    }

    private void measure(String framework, Settings.Task task, int round) throws IOException, InterruptedException {
        // One failure is enough: it would fail in the same way in every round.
        if (failures.stream().anyMatch(failure -> isOf(failure, framework, task))) {
            return;
        }
        System.err.printf(
                "round %d of %d, %s (%s): %s%n",
                round, settings.rounds(), task.workload(), task.condition(), framework);
        Runner.Outcome outcome = run(framework, task, round);
        if (outcome.failure() == null) {
            measurements.addAll(outcome.measurements());
        } else {
            System.err.println("  failed: " + outcome.failure());
            failures.add(new Failure(framework, task.workload(), task.condition(), outcome.failure()));
        }
    }

    private static boolean isOf(Failure failure, String framework, Settings.Task task) {
        return failure.framework().equals(framework)
                && failure.workload().equals(task.workload())
                && failure.condition() == task.condition();
    }

    private Runner.Outcome run(String framework, Settings.Task task, int round)
            throws IOException, InterruptedException {
        if (task.condition() != Condition.BUSY_CORE) {
            return runner.run(framework, task, round);
        }
        BusyCore busy = BusyCore.start();
        try {
            return runner.run(framework, task, round);
        } finally {
            busy.stop();
        }
    }

    private Results results(int rounds) {
        return new Results(
                start.toString(),
                machine,
                settings,
                rounds,
                ceilings,
                List.copyOf(measurements),
                List.copyOf(failures));
    }
}
