package dev.baton.benchmarks;

import bench.Data;
import dev.baton.model.Gpt;
import dev.baton.model.Mlp;
import dev.baton.model.ResNet;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Embedding;
import dev.baton.nn.Flatten;
import dev.baton.nn.GELU;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.Linear;
import dev.baton.nn.MaxPool2d;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;

/** The networks of the workloads. */
public final class Networks {

    /** The longest sequence of tokens. */
    public static final int CONTEXT = 64;

    /** The same of {@link #gptOfWidth384}. */
    public static final int LONGER_CONTEXT = 256;

    /** The same of {@link #gpt2}. */
    public static final int GPT2_CONTEXT = 1024;

    /** The number of different tokens of {@link #gpt2}. */
    public static final int GPT2_VOCABULARY = 50_257;

    private Networks() {}

    /** 784-512-256-10, ReLU: 535,818 parameters. */
    public static Layer mlp() {
        return Mlp.of(784, 512, 256, 10);
    }

    /** Two convolutions of 32 channels, two of 64, each pair with a max pool, linear 4096-512-10: 2,168,362 parameters. */
    public static Layer cnn() {
        return Sequential.of(
                new Conv2d(3, 32, 3).padding(1),
                new ReLU(),
                new Conv2d(32, 32, 3).padding(1),
                new ReLU(),
                new MaxPool2d(2),
                new Conv2d(32, 64, 3).padding(1),
                new ReLU(),
                new Conv2d(64, 64, 3).padding(1),
                new ReLU(),
                new MaxPool2d(2),
                new Flatten(),
                new Linear(4096, 512),
                new ReLU(),
                new Linear(512, 10));
    }

    /** ResNet-20 for CIFAR, shortcuts of option B. */
    public static Layer resNet20() {
        return ResNet.cifar20(10);
    }

    /** Four layers, four heads, width 128, context 64, biases, a head of its own. */
    public static Gpt gpt() {
        return gpt(CONTEXT);
    }

    /** The same with another context. */
    static Gpt gpt(long context) {
        return Gpt.of(Data.VOCAB)
                .context(context)
                .layers(4)
                .heads(4)
                .width(128)
                .untied()
                .build();
    }

    /** The same with six layers, six heads, width 384, context 256: nanoGPT's for one GPU. */
    public static Gpt gptOfWidth384() {
        return Gpt.of(Data.VOCAB)
                .context(LONGER_CONTEXT)
                .layers(6)
                .heads(6)
                .width(384)
                .untied()
                .build();
    }

    /** GPT-2 of 124M parameters: twelve layers, twelve heads, width 768, context 1024, a head that is the embedding. */
    public static Gpt gpt2() {
        return Gpt.of(GPT2_VOCABULARY)
                .context(GPT2_CONTEXT)
                .layers(12)
                .heads(12)
                .width(768)
                .gelu(GELU.Form.TANH)
                .build();
    }

    /** Embedding 65-128, one LSTM layer of 256, linear 256-65. */
    public static Layer lstm() {
        return Sequential.of(new Embedding(Data.VOCAB, 128), new LSTM(128, 256), new Linear(256, Data.VOCAB));
    }
}
