package bench.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * PyTorch learns CIFAR-10 with ResNet-20 by the recipe of Baton's example {@code pets --classes all}, and prints a line of
 * JSON after each epoch: the curve that Baton's own should lie on. Both draw their first weights, orders, flips and crops
 * from streams of their own, so the curves agree as those of two seeds do.
 *
 * <p>Arguments: the folder with CIFAR-10's binary files, epochs, seed, threads.
 */
public final class LearningCurve {

    private static final int BATCH = 128;
    private static final int HELD_OUT = 1000;
    private static final int EVALUATED = 250;
    private static final double HIGHEST_RATE = 0.1;
    private static final double MOMENTUM = 0.9;
    private static final double DECAY = 5e-4;

    private static final int SIDE = 32;
    private static final int PIXELS = SIDE * SIDE;
    private static final int VALUES = 3 * PIXELS;
    private static final int PADDING = 4;

    private final Random random;
    private final float[] mean = new float[3];
    private final float[] deviation = new float[3];
    private final ResNet20 net;

    private LearningCurve(long seed, byte[] known) {
        random = new Random(seed);
        measure(known);
        net = new ResNet20(ScalarType.Float, (name, number, shape) -> firstValues(name, shape));
    }

    /** Convolutions as He draws them, by the fan-in; the linear layer as torch.nn.Linear does. */
    private float[] firstValues(String name, long... shape) {
        int count = 1;
        for (long size : shape) count *= (int) size;
        float[] values = new float[count];
        double spread = Math.sqrt(2.0 * shape[0] / count);
        for (int i = 0; i < count; i++) {
            if (name.startsWith("fc.")) values[i] = (2 * random.nextFloat() - 1) / 8;
            else if (shape.length > 1) values[i] = (float) (spread * random.nextGaussian());
            else values[i] = ResNet20.isScale(name, shape) ? 1 : 0;
        }
        return values;
    }

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        int epochs = Integer.parseInt(args[1]);
        torch.set_num_threads(Integer.parseInt(args[3]));
        byte[] pictures = new byte[50_000 * (VALUES + 1)];
        for (int file = 0; file < 5; file++) {
            byte[] part = Files.readAllBytes(folder.resolve("data_batch_" + (file + 1) + ".bin"));
            System.arraycopy(part, 0, pictures, file * part.length, part.length);
        }
        byte[] test = Files.readAllBytes(folder.resolve("test_batch.bin"));
        try (PointerScope scope = new PointerScope()) {
            new LearningCurve(Long.parseLong(args[2]), pictures).learn(pictures, test, epochs);
        }
    }

    private void learn(byte[] pictures, byte[] test, int epochs) {
        int known = pictures.length / (VALUES + 1) - HELD_OUT;
        int perEpoch = (known + BATCH - 1) / BATCH;
        // No decay of biases, scales and shifts.
        List<SGD> optimizers = List.of(optimizer(true, DECAY), optimizer(false, 0));
        int[] order = new int[known];
        for (int i = 0; i < known; i++) order[i] = i;
        long step = 0;
        for (int epoch = 1; epoch <= epochs; epoch++) {
            for (int i = known - 1; i > 0; i--) {
                int j = random.nextInt(i + 1), kept = order[i];
                order[i] = order[j];
                order[j] = kept;
            }
            double sum = 0;
            for (int first = 0; first < known; first += BATCH) {
                int count = Math.min(BATCH, known - first);
                double rate = rate(step++, (long) epochs * perEpoch);
                for (SGD sgd : optimizers) sgd.param_groups().get(0).options().set_lr(rate);
                sum += count * step(optimizers, pictures, order, first, count);
            }
            System.out.printf(
                    Locale.ROOT,
                    "{\"epoch\":%d,\"loss\":%.6f,\"accuracy\":%.4f}%n",
                    epoch,
                    sum / known,
                    accuracy(pictures, known, HELD_OUT, false));
        }
        System.out.printf(
                Locale.ROOT, "{\"testAccuracy\":%.4f}%n", accuracy(test, 0, test.length / (VALUES + 1), true));
    }

    private SGD optimizer(boolean ofMatrices, double decay) {
        Tensor[] parameters = net.learnt().values().stream()
                .filter(t -> t.dim() > 1 == ofMatrices)
                .toArray(Tensor[]::new);
        SGDOptions options = new SGDOptions(HIGHEST_RATE);
        options.momentum().put(MOMENTUM);
        options.nesterov().put(true);
        options.weight_decay().put(decay);
        return new SGD(new TensorVector(parameters), options);
    }

    /** PyTorch's OneCycleLR with its defaults: up along a cosine for three tenths of the steps, then down. */
    private static double rate(long step, long steps) {
        double first = HIGHEST_RATE / 25, last = first / 10_000, top = 0.3 * steps - 1;
        return step <= top
                ? cosine(first, HIGHEST_RATE, step / top)
                : cosine(HIGHEST_RATE, last, (step - top) / (steps - 1 - top));
    }

    private static double cosine(double from, double to, double done) {
        return to + (from - to) / 2 * (1 + Math.cos(Math.PI * done));
    }

    private double step(List<SGD> optimizers, byte[] pictures, int[] order, int first, int count) {
        try (PointerScope scope = new PointerScope()) {
            float[] x = new float[count * VALUES];
            int[] y = new int[count];
            for (int i = 0; i < count; i++) {
                int picture = order[first + i];
                y[i] = pictures[picture * (VALUES + 1)];
                boolean flipped = random.nextBoolean();
                int down = random.nextInt(2 * PADDING + 1) - PADDING, right = random.nextInt(2 * PADDING + 1) - PADDING;
                read(pictures, picture, x, i * VALUES, flipped, down, right);
            }
            for (SGD sgd : optimizers) sgd.zero_grad();
            Tensor loss = torch.cross_entropy_loss(
                    net.forward(batch(x, count), true),
                    TorchMlp.labels(y),
                    new TensorOptional(),
                    TorchMlp.MEAN,
                    TorchMlp.IGNORED,
                    0);
            loss.backward();
            for (SGD sgd : optimizers) sgd.step();
            return loss.item_double();
        }
    }

    private double accuracy(byte[] pictures, int first, int count, boolean mirrored) {
        int right = 0;
        for (int from = first; from < first + count; from += EVALUATED) {
            try (PointerScope scope = new PointerScope()) {
                float[] x = new float[EVALUATED * VALUES];
                Tensor sum = null;
                for (boolean flipped : mirrored ? new boolean[] {false, true} : new boolean[] {false}) {
                    for (int i = 0; i < EVALUATED; i++) read(pictures, from + i, x, i * VALUES, flipped, 0, 0);
                    Tensor logits = net.forward(batch(x, EVALUATED), false);
                    sum = sum == null ? logits : sum.add(logits);
                }
                double[] logits = TorchMlp.values(sum);
                for (int i = 0; i < EVALUATED; i++) {
                    int best = 0;
                    for (int c = 1; c < 10; c++) if (logits[10 * i + c] > logits[10 * i + best]) best = c;
                    if (best == pictures[(from + i) * (VALUES + 1)]) right++;
                }
            }
        }
        return (double) right / count;
    }

    /** A normalised picture, turned if {@code flipped} and then moved; what comes in from outside is 0. */
    private void read(byte[] pictures, int picture, float[] x, int at, boolean flipped, int down, int right) {
        int from = picture * (VALUES + 1) + 1;
        for (int i = 0; i < VALUES; i++) {
            int channel = i / PIXELS, row = i % PIXELS / SIDE + down, column = i % SIDE + right;
            boolean inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
            if (flipped) column = SIDE - 1 - column;
            x[at + i] = inside
                    ? ((pictures[from + channel * PIXELS + row * SIDE + column] & 255) / 255f - mean[channel])
                            / deviation[channel]
                    : 0;
        }
    }

    private void measure(byte[] pictures) {
        int count = pictures.length / (VALUES + 1);
        for (int channel = 0; channel < 3; channel++) {
            double sum = 0, squares = 0;
            for (int picture = 0; picture < count; picture++)
                for (int pixel = 0; pixel < PIXELS; pixel++) {
                    double value = (pictures[picture * (VALUES + 1) + 1 + channel * PIXELS + pixel] & 255) / 255.0;
                    sum += value;
                    squares += value * value;
                }
            double all = (double) count * PIXELS;
            mean[channel] = (float) (sum / all);
            deviation[channel] = (float) Math.sqrt(squares / all - sum / all * (sum / all));
        }
    }

    private static Tensor batch(float[] x, int count) {
        return TorchMlp.tensor(x, ScalarType.Float, count, 3, SIDE, SIDE);
    }
}
