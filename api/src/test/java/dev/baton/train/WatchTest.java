package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.NotFiniteException;
import dev.baton.StateException;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.metrics.Histogram;
import dev.baton.metrics.MarkedAnswer;
import dev.baton.metrics.MarkedPaper;
import dev.baton.metrics.Metrics;
import dev.baton.model.Mlp;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.optim.Adam;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a listener of a run is shown, and what that changes: nothing. */
class WatchTest {

    private static final int SIZE = 40;

    /** Writes down what it is told. */
    private static final class Diary implements TrainingListener {

        private final Watch watch;
        private final List<LossChange> changes = new ArrayList<>();
        private final List<MarkedPaper> papers = new ArrayList<>();
        private final List<List<Histogram>> weights = new ArrayList<>();
        private final List<String> order = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();
        private final List<String> batches = new ArrayList<>();

        Diary(Watch watch) {
            this.watch = watch;
        }

        @Override
        public Watch watch() {
            return watch;
        }

        @Override
        public void batch(int epoch, int batch, int count, float loss) {
            batches.add(epoch + ": " + batch + "/" + count + " " + loss);
        }

        @Override
        public void examined(LossChange change) {
            changes.add(change);
        }

        @Override
        public void marked(MarkedPaper paper) {
            papers.add(paper);
            order.add("marked " + paper.epoch());
        }

        @Override
        public void weights(int epoch, List<Histogram> histograms) {
            weights.add(histograms);
            order.add("weights " + epoch);
        }

        @Override
        public void warning(long step, String warning) {
            warnings.add(warning);
        }

        @Override
        public void epoch(EpochResult result) {
            order.add("epoch " + result.epoch());
        }

        List<Long> examinedSteps() {
            return changes.stream().map(LossChange::step).toList();
        }
    }

    private static Batches data() {
        var random = new Random(1);
        var inputs = new float[SIZE][5];
        var labels = new int[SIZE];
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < 5; j++) {
                inputs[i][j] = (float) random.nextGaussian();
            }
            labels[i] = inputs[i][0] + inputs[i][1] > 0 ? 1 : 0;
        }
        return Examples.of(inputs, labels, 2).batched(4);
    }

    private static Layer model() {
        return Mlp.of(5, 8, 2);
    }

    private static List<EpochResult> run(TrainingListener listener, Optimizer optimizer, int epochs) {
        try (var session = Session.open("reference", 3);
                var trainer = Trainer.of(session, model())
                        .loss(Losses.crossEntropy())
                        .optimizer(optimizer)
                        .metric(Metrics.accuracy())
                        .listener(listener)
                        .build()) {
            return trainer.fit(data(), data(), Epochs.of(epochs));
        }
    }

    @Test
    void aListener_seesWhatItAskedFor() {
        var diary = new Diary(new Watch(8, 3, List.of(39, 5)));
        run(diary, Adam.of(0.01), 2);

        assertThat(diary.examinedSteps()).containsExactly(2L, 4L, 8L, 16L);
        assertThat(diary.order).containsExactly("marked 1", "weights 1", "epoch 1", "marked 2", "weights 2", "epoch 2");
        assertThat(diary.papers).allSatisfy(paper -> {
            assertThat(paper.examples()).isEqualTo(SIZE);
            assertThat(paper.worst()).hasSize(3);
            assertThat(paper.watched()).extracting(MarkedAnswer::example).containsExactly(5, 39);
        });
        assertThat(diary.papers.get(1).watched().get(0).earlier()).containsExactly((double)
                (float) diary.papers.get(0).watched().get(0).loss());
        assertThat(diary.weights.get(0)).extracting(Histogram::size).containsExactlyInAnyOrder(5L * 8, 8L, 8L * 2, 2L);
    }

    @Test
    void aListener_thatAsksForNothing_seesNothing() {
        var diary = new Diary(Watch.nothing());
        run(diary, Adam.of(0.01), 1);
        assertThat(diary.changes).isEmpty();
        assertThat(diary.order).containsExactly("epoch 1");
    }

    @Test
    void watching_changesNothing() {
        List<EpochResult> watched = run(new Diary(Watch.usual().everySteps(3)), Adam.of(0.01), 3);
        List<EpochResult> plain = run(new Diary(Watch.nothing()), Adam.of(0.01), 3);
        assertThat(watched)
                .extracting(EpochResult::loss)
                .isEqualTo(plain.stream().map(EpochResult::loss).toList());
        assertThat(watched)
                .extracting(EpochResult::metrics)
                .isEqualTo(plain.stream().map(EpochResult::metrics).toList());
    }

    @Test
    void twoListeners_seeWhatEitherAskedFor() {
        var often = new Diary(new Watch(5, 0, List.of(1)));
        var seldom = new Diary(new Watch(20, 2, List.of(0, 1)));
        run(often.then(seldom), Adam.of(0.01), 1);
        assertThat(often.examinedSteps()).containsExactly(2L, 4L, 5L, 10L).isEqualTo(seldom.examinedSteps());
        assertThat(often.papers.get(0).worst()).hasSize(2);
        assertThat(often.papers.get(0).watched()).hasSize(2);
    }

    private static List<EpochResult> runByHand(TrainingListener listener, Optimizer optimizer, int epochs) {
        Layer model = model();
        var results = new ArrayList<EpochResult>();
        try (var session = Session.open("reference", 3);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), optimizer);
                var evaluation = Evaluation.of(session, model)) {
            var loop = ObservedLoop.of(session, model, step, listener, epochs);
            for (int epoch = 0; epoch < epochs; epoch++) {
                loop.begin(data().count());
                for (Batch batch : data().epoch(epoch)) {
                    loop.run(batch);
                }
                results.add(loop.end(loop.measure(evaluation, data(), List.of(Metrics.accuracy()))));
            }
        }
        return results;
    }

    @Test
    void aLoopOfOnesOwn_isSeenAsATrainersIs() {
        var trainers = new Diary(new Watch(8, 3, List.of(39, 5)));
        var own = new Diary(new Watch(8, 3, List.of(39, 5)));
        List<EpochResult> expected = run(trainers, Sgd.of(50), 2);
        List<EpochResult> results = runByHand(own, Sgd.of(50), 2);

        assertThat(own.order).isEqualTo(trainers.order);
        assertThat(own.changes).isEqualTo(trainers.changes).hasSize(4);
        assertThat(own.batches).isEqualTo(trainers.batches).hasSize(20);
        assertThat(own.warnings).isEqualTo(trainers.warnings).isNotEmpty();
        assertThat(own.papers)
                .extracting(paper ->
                        paper.worst().stream().map(MarkedAnswer::example).toList())
                .isEqualTo(trainers.papers.stream()
                        .map(paper -> paper.worst().stream()
                                .map(MarkedAnswer::example)
                                .toList())
                        .toList());
        for (int i = 0; i < results.size(); i++) {
            EpochResult result = results.get(i);
            assertThat(result.loss()).isCloseTo(expected.get(i).loss(), within(1e-12));
            assertThat(result.metrics()).isEqualTo(expected.get(i).metrics());
            assertThat(result.warnings()).isEqualTo(expected.get(i).warnings());
            assertThat(result.epochs()).isEqualTo(2);
            assertThat(result.samplesPerSecond()).isPositive();
        }
    }

    @Test
    void aLoopOfOnesOwn_onNamedInputs_isSeenToo() {
        var byBatches = new Diary(Watch.usual().everySteps(4));
        var byNames = new Diary(Watch.usual().everySteps(4));
        runByHand(byBatches, Adam.of(0.01), 1);
        Layer model = model();
        try (var session = Session.open("reference", 3);
                var step = TrainStep.of(
                        session,
                        inputs ->
                                Losses.crossEntropy().of(Layer.trace(model, inputs.get("points")), inputs.get("sides")),
                        Adam.of(0.01))) {
            var loop = ObservedLoop.of(session, model, step, byNames, 1);
            loop.begin(10);
            for (Batch batch : data().epoch(0)) {
                loop.run(Map.of("points", batch.inputs(), "sides", batch.targets()));
            }
            loop.end(Map.of());
        }
        assertThat(byNames.changes).isEqualTo(byBatches.changes).hasSize(3);
    }

    /** A logit of 8 for what is true is a good answer, however far it is from 1. */
    @Test
    void numbersAreMarkedByTheirLoss() {
        assertThat(worstOf(false)).isEqualTo(0);
        assertThat(worstOf(true)).isEqualTo(1);
    }

    private static int worstOf(boolean byLoss) {
        var diary = new Diary(new Watch(0, 1, List.of()));
        Layer model = new Linear(1, 1).named("doubled");
        Batches answers = Examples.of(new float[][] {{8}, {-0.5f}}, new float[][] {{1}, {1}})
                .batched(2);
        try (var session = Session.open("reference", 3);
                var step = TrainStep.of(session, model, Losses.binaryCrossEntropy(), Sgd.of(1e-9));
                var evaluation = Evaluation.of(session, model)) {
            step.prepare(answers.iterator().next());
            session.set("doubled.weight", NDArray.of(new float[][] {{1}}));
            session.set("doubled.bias", NDArray.of(new float[] {0}));
            var loop = ObservedLoop.of(session, model, step, diary, 1);
            if (byLoss) {
                loop.markedBy(Losses.binaryCrossEntropy());
            }
            loop.begin(1);
            loop.run(answers.iterator().next());
            loop.measure(evaluation, answers, List.of());
            loop.end(Map.of());
        }
        return diary.papers.get(0).worst().get(0).example();
    }

    @Test
    void aLossThatMayGrow_isNoWarning() {
        assertThat(warningsOfGrowth(false))
                .anySatisfy(warning -> assertThat(warning).contains("the loss has grown"));
        assertThat(warningsOfGrowth(true)).isEmpty();
    }

    /** Of a loss that grows with every step, whatever is learnt. */
    private static List<String> warningsOfGrowth(boolean mayGrow) {
        var diary = new Diary(Watch.nothing());
        Layer model = model();
        try (var session = Session.open("reference", 3);
                var step = TrainStep.of(
                        session,
                        inputs -> Losses.crossEntropy()
                                .of(Layer.trace(model, inputs.get("points")), inputs.get("sides"))
                                .multiply(inputs.get("difficulty")),
                        Adam.of(1e-4))) {
            var loop = ObservedLoop.of(session, model, step, diary, 1);
            if (mayGrow) {
                loop.lossMayGrow();
            }
            loop.begin(80);
            Batch batch = data().iterator().next();
            for (int i = 0; i < 80; i++) {
                loop.run(Map.of(
                        "points", batch.inputs(), "sides", batch.targets(), "difficulty", NDArray.scalar(1f + i)));
            }
            loop.end(Map.of());
        }
        return diary.warnings;
    }

    @Test
    void aLoopOfOnesOwn_saysWhatIsMissing() {
        Layer model = model();
        try (var session = Session.open("reference", 3);
                var step = TrainStep.of(session, model, Losses.crossEntropy(), Adam.of(0.01))) {
            TrainingListener nobody = result -> {};
            assertThatThrownBy(() -> ObservedLoop.of(session, model, step, nobody, 0))
                    .isInstanceOf(BatonException.class)
                    .hasMessageContaining("1 epoch or more");
            var loop = ObservedLoop.of(session, model, step, nobody, 1);
            assertThatThrownBy(() -> loop.run(data().iterator().next()))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("begin(steps) comes first");
            loop.begin(1);
            assertThatThrownBy(() -> loop.end(Map.of()))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("ends without a step");
            assertThatThrownBy(() -> loop.begin(1))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("epoch 1 has not ended");
            loop.run(data().iterator().next());
            loop.end(Map.of());
            assertThatThrownBy(() -> loop.run(data().iterator().next()))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("begin(steps) comes first");
            assertThatThrownBy(() -> loop.end(Map.of())).isInstanceOf(StateException.class);
            assertThatThrownBy(() -> loop.begin(1))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("all 1 epochs have been");
            assertThatThrownBy(loop::lossMayGrow).isInstanceOf(StateException.class);
            assertThatThrownBy(() ->
                            ObservedLoop.of(session, model, step, nobody, 1).begin(0))
                    .isInstanceOf(BatonException.class)
                    .hasMessageContaining("1 step or more");
        }
    }

    @Test
    void updatesThatGoTooFar_areToldBeforeTheLossExplodes() {
        var right = new Diary(Watch.usual().everySteps(4));
        run(right, Sgd.of(0.1), 3);
        assertThat(right.warnings).isEmpty();

        var wrong = new Diary(Watch.usual().everySteps(4));
        // What is said comes first: the listener of a run that ended in an error has been told.
        assertThatThrownBy(() -> run(wrong, Sgd.of(50), 3)).isInstanceOf(NotFiniteException.class);
        assertThat(wrong.warnings)
                .anySatisfy(warning ->
                        assertThat(warning).contains("they go too far").contains("The learning rate is 50"));
    }

    @Test
    void numbersThatMakeNoSense_areRefused() {
        assertThatThrownBy(() -> Watch.usual().everySteps(-1)).isInstanceOf(BatonException.class);
        assertThatThrownBy(() -> Watch.usual().examples(List.of(-1))).isInstanceOf(BatonException.class);
    }
}
