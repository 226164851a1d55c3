package dev.baton.benchmarks.compare;

import dev.baton.benchmarks.Networks;
import java.util.List;

/**
 * A training workload on a GPU.
 *
 * @param overEager how many times as fast as PyTorch in eager mode Baton must be; null where nothing is asked
 * @param overCompiled how many times as fast as PyTorch compiled with CUDA graphs; null where nothing is asked
 */
record GpuRow(String workload, String unit, Work work, Double overEager, Double overCompiled) {

    private static final int ADAM = 2;
    private static final int MOMENTUM = 1;

    private static final Work GPT2 = Work.GPT2.training(8, ADAM, Networks.GPT2_CONTEXT);

    static final List<GpuRow> ALL = List.of(
            samples("mlp-train", Work.MLP.training(128, ADAM, 1), 2.0, 1.0),
            samples("cnn-train", Work.CNN.training(64, MOMENTUM, 1), 1.3, null),
            samples("resnet20-train", Work.RESNET20.training(64, MOMENTUM, 1), 1.3, null),
            tokens("gpt-train", Work.GPT.training(12, ADAM, Networks.CONTEXT), 2.0, 1.0),
            tokens("gpt-384-train", Work.GPT_384.training(64, ADAM, Networks.LONGER_CONTEXT), 2.0, 1.0),
            tokens("lstm-train", Work.LSTM.training(32, ADAM, Networks.CONTEXT), 2.0, 1.0),
            tokens("gpt2-train", GPT2, null, null),
            tokens("gpt2-train" + Settings.BFLOAT16, GPT2, null, 0.9));

    private static GpuRow samples(String workload, Work work, Double overEager, Double overCompiled) {
        return new GpuRow(workload, "samples/s", work, overEager, overCompiled);
    }

    private static GpuRow tokens(String workload, Work work, Double overEager, Double overCompiled) {
        return new GpuRow(workload, "tokens/s", work, overEager, overCompiled);
    }

    /** What products and convolutions read, as the ceilings call it. */
    String precision() {
        return workload.endsWith(Settings.BFLOAT16) ? Settings.BFLOAT16.substring(1) : "float32";
    }
}
