package dev.baton.examples;

import dev.baton.data.Batches;
import dev.baton.data.Examples;
import dev.baton.loss.Losses;
import dev.baton.model.Mlp;
import dev.baton.nn.Layer;
import dev.baton.optim.AdamW;
import dev.baton.optim.Schedule;
import dev.baton.runtime.Session;
import dev.baton.train.Epochs;
import dev.baton.train.Evaluation;
import dev.baton.train.Trainer;

/**
 * How good forged digits are. The expert has seen too many of them to be a witness: a third network learns to read genuine
 * digits, and then says which digits the forged ones are. A forger that draws one good 3 over and over would pass this
 * test; the distances between its 3s show that.
 *
 * @param readerAccuracy the share of genuine digits, of those that it has not learnt from, that the third network reads rightly
 * @param asOrdered the share of forged digits that it reads as the digit that was ordered
 * @param variety the mean distance between two forged pictures of one digit, divided by that between two genuine ones
 */
record Verdict(double readerAccuracy, double asOrdered, double variety) {

    private static final int EPOCHS = 20;
    private static final int BATCH = 64;

    static Verdict of(Session session, Examples genuine, Examples test, Examples forged) {
        Layer reader = Mlp.of(DigitFiles.SIDE * DigitFiles.SIDE, 256, 256, genuine.classes())
                .named("reader");
        Batches batches = genuine.shuffled(session.seed())
                .augmented(session.seed(), new Distortion(DigitFiles.SIDE, DigitFiles.PAPER))
                .batched(BATCH);
        Batches unseen = test.batched(256);
        var rate = Schedule.cosine(3e-3, (long) EPOCHS * batches.count());
        try (var trainer = Trainer.of(session, reader)
                        .loss(Losses.crossEntropy())
                        .optimizer(AdamW.of(rate).weightDecay(0.05))
                        .listener(result -> {})
                        .build();
                var reading = Evaluation.of(session, reader)) {
            trainer.fit(batches, unseen, Epochs.of(EPOCHS));
            return new Verdict(
                    reading.accuracy(unseen),
                    reading.accuracy(forged.batched(256)),
                    distanceOfAlike(forged) / distanceOfAlike(test));
        }
    }

    /** The mean distance between two pictures of the same digit. */
    private static double distanceOfAlike(Examples pictures) {
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < pictures.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (pictures.label(i) == pictures.label(j)) {
                    sum += distance(pictures.input(i), pictures.input(j));
                    pairs++;
                }
            }
        }
        return sum / pairs;
    }

    private static double distance(float[] a, float[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(squares);
    }
}
