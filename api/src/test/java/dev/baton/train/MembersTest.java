package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BackendException;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.loss.Losses;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.nn.Tanh;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Members;
import dev.baton.runtime.Session;
import dev.baton.spi.Membership;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions that find each other by a name learn what one does that has the whole batch. */
class MembersTest {

    private static final String BACKEND = System.getProperty("baton.test.backend", "reference");
    private static final int CLASSES = 3;
    private static final int WIDTH = 5;
    /** What each of three members has of each joint batch. */
    private static final int[][] PARTS = {{3, 2, 3}, {1, 4, 2}, {2, 2, 2}, {1, 1, 1}};

    private final ExecutorService threads = Executors.newFixedThreadPool(3);

    @AfterEach
    void end() {
        threads.shutdown();
    }

    private static Layer model() {
        return Sequential.of(new BatchNorm(WIDTH), new Linear(WIDTH, 6), new Tanh(), new Linear(6, CLASSES));
    }

    private static Optimizer optimizer() {
        return AdamW.of(0.01).clipNorm(0.5).freeze(one -> one.name().equals("3.bias"));
    }

    /** The examples of a joint batch from one to another, without the last. */
    private static Batch examples(int number, int from, int to) {
        var random = new Random(number);
        float[] inputs = new float[100 * WIDTH];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextGaussian();
        }
        int[] labels = random.ints(100, 0, CLASSES).toArray();
        return new Batch(
                NDArray.of(Shape.of(to - from, WIDTH), Arrays.copyOfRange(inputs, from * WIDTH, to * WIDTH)),
                NDArray.of(Shape.of(to - from), Arrays.copyOfRange(labels, from, to)));
    }

    private static int before(int[] parts, int member) {
        return Arrays.stream(parts, 0, member).sum();
    }

    private static Session open(byte[] group, int number, int count) {
        return Members.open(BACKEND, 7, Precision.FLOAT32, new Membership(group, number, count, 0));
    }

    /** The losses of one member, and all that its steps have changed. */
    private record Learnt(List<Double> losses, byte[] values) {}

    private static Learnt learn(byte[] group, int number) {
        var losses = new ArrayList<Double>();
        try (var session = open(group, number, 3);
                var step = JointStep.of(session, model(), Losses.crossEntropy(), optimizer(), examples(0, 0, 1))) {
            for (int i = 0; i < PARTS.length; i++) {
                int from = before(PARTS[i], number);
                Batch own = examples(i, from, from + PARTS[i][number]);
                double share = PARTS[i][number] / (double) before(PARTS[i], 3);
                PartialStep.Result result = step.learn(own, i + 1, i + 1, share);
                assertThat(result.notFinite()).isNull();
                losses.add(result.loss());
            }
            return new Learnt(losses, step.newValues());
        }
    }

    private <T> List<T> together(List<Callable<T>> members) throws Exception {
        var running = new ArrayList<Future<T>>();
        members.forEach(one -> running.add(threads.submit(one)));
        var results = new ArrayList<T>();
        for (Future<T> one : running) {
            results.add(one.get());
        }
        return results;
    }

    @Test
    void membersLearnAsOneDevice() throws Exception {
        byte[] group = Members.nameGroup(BACKEND);
        List<Learnt> all = together(List.of(() -> learn(group, 0), () -> learn(group, 1), () -> learn(group, 2)));
        for (Learnt one : all) {
            assertThat(one.losses()).isEqualTo(all.get(0).losses());
            assertThat(one.values()).isEqualTo(all.get(0).values());
        }
        try (var session = Session.open(BACKEND, 7);
                var step = TrainStep.of(session, model(), Losses.crossEntropy(), optimizer());
                var taken = Session.open(BACKEND, 7);
                var same = JointStep.of(taken, model(), Losses.crossEntropy(), optimizer(), examples(0, 0, 1))) {
            for (int i = 0; i < PARTS.length; i++) {
                double loss = step.run(examples(i, 0, before(PARTS[i], 3))).loss();
                assertThat(all.get(0).losses().get(i)).isCloseTo(loss, within(1e-5));
            }
            session.variables().forEach(name -> taken.set(name, session.value(name)));
            float[] alone = floats(same.newValues());
            assertThat(floats(all.get(0).values())).containsExactly(alone, within(1e-5f));
        }
    }

    private static float[] floats(byte[] block) {
        var floats = new float[block.length / Float.BYTES];
        ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }

    @Test
    void aMemberThatDoesNotCome_isNotWaitedFor() throws Exception {
        byte[] group = Members.nameGroup(BACKEND);
        try (var absent = open(group, 1, 2)) {
            Future<PartialStep.Result> waiting = threads.submit(() -> {
                try (var session = open(group, 0, 2);
                        var step =
                                JointStep.of(session, model(), Losses.crossEntropy(), optimizer(), examples(0, 0, 4))) {
                    return step.learn(examples(0, 0, 4), 1, 1, 0.5);
                }
            });
            Members.leave(absent);
            assertThatThrownBy(waiting::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("another");
        }
    }

    @Test
    void wrongMembers() {
        byte[] group = Members.nameGroup(BACKEND);
        assertThat(Members.nameGroup(BACKEND)).isNotEqualTo(group);
        byte[] other = group.clone();
        other[0] ^= 1;
        assertThatThrownBy(() -> open(other, 0, 2))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("no group of this process");
        try (var first = open(group, 0, 2)) {
            assertThatThrownBy(() -> open(group, 1, 3)).isInstanceOf(BackendException.class);
            assertThatThrownBy(() -> open(group, 0, 2)).isInstanceOf(BackendException.class);
            assertThatThrownBy(() -> open(group, 2, 2)).isInstanceOf(BackendException.class);
            assertThatThrownBy(() -> open(new byte[0], 0, 2)).isInstanceOf(BackendException.class);
            open(group, 1, 2).close();
        }
    }
}
