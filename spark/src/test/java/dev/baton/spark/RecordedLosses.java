package dev.baton.spark;

import dev.baton.train.EpochResult;
import dev.baton.train.TrainingListener;
import java.util.ArrayList;
import java.util.List;

/** The loss of every step, and nothing on the screen. */
final class RecordedLosses implements TrainingListener {

    final List<Float> losses = new ArrayList<>();

    @Override
    public void epoch(EpochResult result) {}

    @Override
    public void batch(int epoch, int batch, int batches, float loss) {
        losses.add(loss);
    }
}
