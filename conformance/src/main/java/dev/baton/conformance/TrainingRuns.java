package dev.baton.conformance;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.data.ClassSource;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.Dropout;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Session;
import dev.baton.train.EpochResult;
import dev.baton.train.Epochs;
import dev.baton.train.TrainStep;
import dev.baton.train.Trainer;
import dev.baton.train.TrainingListener;
import dev.baton.train.Watch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Assertions;

/**
 * Runs of a trainer, which makes a batch and brings it to the device while that computes the step before: what is learnt is what
 * one step after the other learns, to the bit.
 */
final class TrainingRuns {

    private static final int EPOCHS = 3;
    private static final int SIZE = 203;
    private static final int BATCH = 32;
    private static final int VALUES = 300;
    private static final int CLASSES = 5;

    private final String backend;

    TrainingRuns(String backend) {
        this.backend = backend;
    }

    /** Examples that follow from their numbers; something else may happen when one is read. */
    private record Source(IntConsumer whenRead) implements ClassSource {

        @Override
        public int size() {
            return SIZE;
        }

        @Override
        public Shape shape() {
            return Shape.of(VALUES);
        }

        @Override
        public int classes() {
            return CLASSES;
        }

        @Override
        public int label(int example) {
            return example % CLASSES;
        }

        @Override
        public void read(int example, float[] values) {
            whenRead.accept(example);
            for (int i = 0; i < VALUES; i++) {
                values[i] = (float) Math.sin(example * 31L + i * 7L);
            }
        }

        /** The last batch of an epoch is smaller; whoever asks for one makes it. */
        Batches batches() {
            return Examples.of(this).shuffled(3).batched(BATCH).workers(0);
        }
    }

    private static final class Watcher implements TrainingListener {

        private final int everySteps;
        private int batches;

        Watcher(int everySteps) {
            this.everySteps = everySteps;
        }

        @Override
        public void epoch(EpochResult result) {}

        @Override
        public void batch(int epoch, int batch, int count, float loss) {
            batches++;
        }

        @Override
        public Watch watch() {
            return new Watch(everySteps, 0, List.of());
        }
    }

    private static Layer model() {
        return Sequential.of(new Linear(VALUES, 40), new ReLU(), new Dropout(0.2), new Linear(40, CLASSES));
    }

    private static Optimizer optimizer() {
        return AdamW.of(0.01).clipNorm(1);
    }

    private static Map<String, NDArray> variables(Session session) {
        var values = new LinkedHashMap<String, NDArray>();
        session.variables().forEach(name -> values.put(name, session.value(name)));
        return values;
    }

    /** The batches of a run, so many, each with arrays of its own. */
    private static List<Batch> batches(int steps) {
        Batches batches = new Source(example -> {}).batches();
        var all = new ArrayList<Batch>();
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            batches.epoch(epoch).forEach(all::add);
        }
        return all.subList(0, Math.min(steps, all.size()));
    }

    /** What one step after the other learns. */
    private Map<String, NDArray> stepByStep(List<Batch> batches) {
        try (var session = Session.open(backend, 11);
                var step = TrainStep.of(session, model(), Losses.crossEntropy(), optimizer())) {
            batches.forEach(step::run);
            return variables(session);
        }
    }

    private static Trainer trainer(Session session, TrainingListener listener) {
        return Trainer.of(session, model())
                .loss(Losses.crossEntropy())
                .optimizer(optimizer())
                .metric(Metrics.accuracy())
                .listener(listener)
                .build();
    }

    /** The plain run. */
    void learnsWhatItsStepsLearn() {
        Batches batches = new Source(example -> {}).batches();
        try (var session = Session.open(backend, 11);
                var trainer = trainer(session, new Watcher(0))) {
            trainer.fit(batches, batches, Epochs.of(EPOCHS));
            requireEqual(stepByStep(batches(Integer.MAX_VALUE)), variables(session));
        }
    }

    /** A loop of one's own that knows the next batch; now and then it is another one. */
    void learnsTheSameWhereTheNextBatchIsKnown() {
        List<Batch> batches = batches(Integer.MAX_VALUE);
        try (var session = Session.open(backend, 11);
                var step = TrainStep.of(session, model(), Losses.crossEntropy(), optimizer())) {
            for (int i = 0; i < batches.size(); i++) {
                step.run(batches.get(i), batches.get((i * 5 / 4 + 1) % batches.size()));
            }
            requireEqual(stepByStep(batches), variables(session));
        }
    }

    /** Arrays may be filled anew when something else has run than what they were announced for. */
    void learnsWhatIsThereWhereArraysAreFilledAnew() {
        List<Batch> batches = batches(3);
        Batch announced = batches(2).get(1);
        Batch later = batches.get(2);
        try (var session = Session.open(backend, 11);
                var step = TrainStep.of(session, model(), Losses.crossEntropy(), optimizer())) {
            step.run(batches.get(0), announced);
            step.examine(announced);
            announced.inputs().bytes().put(later.inputs().bytes());
            announced.targets().bytes().put(later.targets().bytes());
            step.run(announced);
            requireEqual(stepByStep(batches), variables(session));
        }
    }

    /** A step that is looked at closely is another program; a run may end in the middle of an epoch and be followed by another. */
    void learnsTheSameUnderObservation() {
        Batches batches = new Source(example -> {}).batches();
        int count = batches.count();
        try (var session = Session.open(backend, 11);
                var trainer = trainer(session, new Watcher(3))) {
            trainer.fit(batches, batches, Epochs.of(1).atMostSteps(count - 2));
            trainer.fit(batches, batches, Epochs.of(1));
            List<Batch> learnt = new ArrayList<>(batches(count - 2));
            learnt.addAll(batches(count));
            requireEqual(stepByStep(learnt), variables(session));
        }
        var watched = new Watcher(3);
        try (var session = Session.open(backend, 11);
                var trainer = trainer(session, watched)) {
            trainer.fit(batches, batches, Epochs.of(EPOCHS).atMostSteps(2L * count + 3));
            Assertions.assertEquals(2 * count + 3, watched.batches);
            requireEqual(stepByStep(batches(2 * count + 3)), variables(session));
        }
    }

    /** Whoever makes examples may use the session that learns from them. */
    void learnsTheSameWhereReadingUsesTheSession() {
        try (var session = Session.open(backend, 11);
                var trainer = trainer(session, new Watcher(0))) {
            var source = new Source(example -> {
                if (example % 50 == 7 && session.variables().contains("0.weight")) {
                    session.set("0.weight", session.value("0.weight"));
                }
            });
            trainer.fit(source.batches(), source.batches(), Epochs.of(EPOCHS));
            requireEqual(stepByStep(batches(Integer.MAX_VALUE)), variables(session));
        }
    }

    /** What cannot be read ends the run where it was to be learnt from, not before. */
    void learnsUntilAnExampleCannotBeRead() {
        var read = new int[1];
        var source = new Source(example -> {
            if (++read[0] > SIZE + 3 * BATCH + 1) {
                throw new DataException("example " + example + " is gone");
            }
        });
        var watched = new Watcher(0);
        try (var session = Session.open(backend, 11);
                var trainer = trainer(session, watched)) {
            Batches batches = source.batches();
            DataException failure = Assertions.assertThrows(
                    DataException.class,
                    () -> trainer.fit(batches, new Source(example -> {}).batches(), Epochs.of(EPOCHS)));
            Assertions.assertTrue(failure.getMessage().endsWith("is gone"), failure.getMessage());
            Assertions.assertTrue(watched.batches > 0);
            requireEqual(stepByStep(batches(watched.batches)), variables(session));
        }
    }

    private static void requireEqual(Map<String, NDArray> expected, Map<String, NDArray> actual) {
        Assertions.assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, value) -> Assertions.assertArrayEquals(
                value.toDoubleArray(), actual.get(name).toDoubleArray(), name));
    }
}
