package dev.baton.check;

import dev.baton.benchmarks.Networks;
import dev.baton.data.Batch;
import dev.baton.data.Batches;
import dev.baton.data.Text;
import dev.baton.examples.DigitFiles;
import dev.baton.examples.Digits;
import dev.baton.model.Gpt;
import dev.baton.nn.Layer;
import dev.baton.optim.AdamW;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Iterator;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** What networks learn here. */
enum Task {
    /** Handwritten digits with the network of the example {@code digits}, dropout among it. */
    DIGITS(Digits::network, AdamW.of(1e-3), 0.01),
    /** A convolutional network on pictures. */
    CNN(Networks::cnn, Sgd.of(0.001).momentum(0.9), 0.05),
    /** A residual network on pictures. Batch norms over few pictures make it the one that roundings move most. */
    RESNET20(Networks::resNet20, Sgd.of(0.01).momentum(0.9), 0.1),
    /** A transformer on the characters of a text. */
    GPT(Task::gpt, AdamW.of(1e-3), 0.01);

    private static final long SEED = 1;
    private static final int DIGITS_AT_ONCE = 64;
    private static final int PICTURES_AT_ONCE = 16;
    private static final int TEXTS_AT_ONCE = 12;

    /** A text that every jar of Baton holds. */
    private static final String TEXT = "/META-INF/LICENSE";

    private final Supplier<Layer> network;
    private final Optimizer optimizer;
    private final double tolerance;

    Task(Supplier<Layer> network, Optimizer optimizer, double tolerance) {
        this.network = network;
        this.optimizer = optimizer;
        this.tolerance = tolerance;
    }

    Layer network() {
        return network.get();
    }

    Optimizer optimizer() {
        return optimizer;
    }

    /** How far the means of losses over many steps may be apart on two backends, as a share of them. */
    double tolerance() {
        return tolerance;
    }

    /** Batches without an end, the same ones each time. */
    Supplier<Batch> batches() {
        return switch (this) {
            case DIGITS ->
                endless(DigitFiles.read(null, "optdigits.tra").shuffled(SEED).batched(DIGITS_AT_ONCE));
            case CNN, RESNET20 -> new Pictures(SEED, PICTURES_AT_ONCE)::next;
            case GPT -> {
                Text text = text();
                var random = new SplittableRandom(SEED);
                yield () -> text.windows(TEXTS_AT_ONCE, Networks.CONTEXT, random);
            }
        };
    }

    private static Supplier<Batch> endless(Batches batches) {
        return new Supplier<>() {
            private int epoch;
            private Iterator<Batch> left = Collections.emptyIterator();

            @Override
            public Batch get() {
                if (!left.hasNext()) {
                    left = batches.epoch(epoch).iterator();
                    epoch++;
                }
                return left.next();
            }
        };
    }

    private static Layer gpt() {
        return Gpt.of(text().alphabetSize()).context(Networks.CONTEXT).build();
    }

    private static Text text() {
        try (InputStream stream = Task.class.getResourceAsStream(TEXT)) {
            return Text.of(new String(stream.readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
