package dev.baton.cpu;

import dev.baton.Shape;
import dev.baton.data.ClassSource;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.nn.Flatten;
import dev.baton.nn.Linear;
import dev.baton.nn.Sequential;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.EpochResult;
import dev.baton.train.Epochs;
import dev.baton.train.Trainer;
import dev.baton.train.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;

/**
 * A process that trains for one epoch on data which are made when they are asked for, so many megabytes of them, and
 * prints its anonymous resident memory four times on the way: {@code MEGABYTES KILOBYTES}.
 */
public final class StreamingProcess {

    private static final Shape SHAPE = Shape.of(3, 32, 32);
    private static final int BATCH = 128;

    private StreamingProcess() {}

    private record Generated(int size) implements ClassSource {

        @Override
        public Shape shape() {
            return SHAPE;
        }

        @Override
        public int classes() {
            return 10;
        }

        @Override
        public int label(int example) {
            return example % 10;
        }

        @Override
        public void read(int example, float[] values) {
            var random = new SplittableRandom(example);
            for (int i = 0; i < values.length; i++) {
                values[i] = (random.nextInt() >> 8) * 0x1p-23f + (i % 10 == label(example) ? 1 : 0);
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        long bytes = Long.parseLong(arguments[0]) << 20;
        long bytesOfOne = SHAPE.size() * Float.BYTES;
        var source = new Generated(Math.toIntExact(bytes / bytesOfOne));
        int report = Math.max(1, source.size() / BATCH / 4);
        MemoryProcess.residentKilobytes(); // Loads the classes that reading takes.
        var model = Sequential.of(new Flatten(), new Linear(SHAPE.size(), 10));
        try (var session = Session.open("cpu", 1);
                var trainer = Trainer.of(session, model)
                        .loss(Losses.crossEntropy())
                        .optimizer(Sgd.of(1e-3))
                        .listener(new TrainingListener() {
                            @Override
                            public void epoch(EpochResult result) {
                                System.err.println(result);
                            }

                            @Override
                            public void batch(int epoch, int batch, int batches, float loss) {
                                if (batch % report == 0) {
                                    System.out.println((batch * BATCH * bytesOfOne >> 20) + " " + resident());
                                }
                            }
                        })
                        .build()) {
            Examples all = Examples.of(source);
            trainer.fit(all.shuffled(1).batched(BATCH), all.part(0, BATCH).batched(BATCH), Epochs.of(1));
        }
    }

    private static long resident() {
        try {
            return MemoryProcess.residentKilobytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
