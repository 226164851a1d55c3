package dev.baton.report;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.metrics.ConfusionMatrix;
import dev.baton.metrics.Histogram;
import dev.baton.metrics.MarkedAnswer;
import dev.baton.metrics.MarkedPaper;
import dev.baton.train.EpochResult;
import dev.baton.train.LossChange;
import dev.baton.train.TrainingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A run that nobody trained: values of the kind that a trainer tells a listener. */
final class SampleRun {

    static final int CLASSES = 4;
    private static final int STEPS = 20;
    private static final int SIDE = 8;

    private final SplittableRandom random = new SplittableRandom(1);
    private final List<List<Double>> earlier = new ArrayList<>();
    private int step;

    /** Tells of some epochs of twenty steps each. */
    void tell(TrainingListener listener, int from, int to, int all) {
        for (int epoch = from; epoch <= to; epoch++) {
            for (int batch = 1; batch <= STEPS; batch++) {
                step++;
                listener.batch(epoch, batch, STEPS, (float) loss(step));
                if (step % 5 == 0) {
                    listener.examined(change());
                }
            }
            listener.marked(paper(epoch));
            listener.weights(epoch, List.of(weights("0.weight", epoch), weights("2.bias", epoch)));
            listener.epoch(new EpochResult(
                    epoch,
                    all,
                    loss(step),
                    Map.of("accuracy", 1 - 0.8 / Math.sqrt(epoch)),
                    40_000 + random.nextInt(4000),
                    Duration.ofMillis(random.nextInt(20)),
                    List.of(),
                    Duration.ofSeconds(all - epoch)));
        }
    }

    private double loss(int at) {
        return 2.3 / Math.sqrt(1 + at / 10.0) + 0.05 * random.nextDouble();
    }

    private LossChange change() {
        var parts = IntStream.rangeClosed(0, 2)
                .mapToObj(layer -> new LossChange.Part(
                        2 * layer + ".weight", (layer + 1) * 0.01 / step + 1e-4 * random.nextDouble(), 0.5, 8, 0.01))
                .toList();
        return new LossChange(step, 1e-3, loss(step), loss(step) - 0.05 / step, parts);
    }

    private MarkedPaper paper(int epoch) {
        var losses = random.doubles(100, 0, 3.0 / epoch).toArray();
        var confusion = new ConfusionMatrix();
        for (int i = 0; i < losses.length; i++) {
            var logits = new float[CLASSES];
            logits[losses[i] < 0.7 ? i % CLASSES : random.nextInt(CLASSES)] = 1;
            confusion.add(NDArray.of(Shape.of(1, CLASSES), logits), NDArray.of(new int[] {i % CLASSES}));
        }
        List<MarkedAnswer> worst = answers(epoch, 10, 18);
        return new MarkedPaper(
                epoch,
                losses.length,
                worst,
                answers(epoch, 20, 24),
                answers(epoch, 0, 4),
                Histogram.of("losses", losses, 20),
                Optional.of(confusion));
    }

    private List<MarkedAnswer> answers(int epoch, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(example -> answer(epoch, example))
                .toList();
    }

    private MarkedAnswer answer(int epoch, int example) {
        while (earlier.size() <= example) {
            earlier.add(new ArrayList<>());
        }
        double loss = (1 + example % 5) / (double) epoch;
        int right = example % CLASSES;
        var answer = new MarkedAnswer.OfClass(
                example,
                picture(example),
                right,
                loss < 0.7 ? right : (right + 1) % CLASSES,
                Math.exp(-loss),
                Math.max(Math.exp(-loss), 0.5),
                loss < 0.7 ? 1 : 2,
                loss,
                earlier.get(example));
        earlier.get(example).add(loss);
        return answer;
    }

    private static NDArray picture(int example) {
        var pixels = new float[SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (i / SIDE + i % SIDE + example) % SIDE / (float) SIDE;
        }
        return NDArray.of(pixels);
    }

    private Histogram weights(String name, int epoch) {
        double[] numbers = IntStream.range(0, 500)
                .mapToDouble(i -> (random.nextDouble() + random.nextDouble() - 1) * (1 + epoch / 10.0))
                .toArray();
        return Histogram.of(name, numbers, 30);
    }
}
