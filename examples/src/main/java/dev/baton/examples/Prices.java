package dev.baton.examples;

import dev.baton.Shape;
import dev.baton.cost.Cost;
import dev.baton.data.Batches;
import dev.baton.data.table.Columns;
import dev.baton.data.table.Table;
import dev.baton.data.table.TableEncoder;
import dev.baton.data.table.TableReader;
import dev.baton.infer.Predictor;
import dev.baton.loss.Losses;
import dev.baton.metrics.Metrics;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.optim.Parameters;
import dev.baton.optim.Schedule;
import dev.baton.report.Exam;
import dev.baton.report.Question;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A network learns what a car costs: a table with numbers, words and gaps, and a number to be predicted. */
@Command(
        name = "prices",
        description = "Learns to tell the price of a car from a table of 1985.",
        mixinStandardHelpOptions = true)
final class Prices extends CommonOptions implements Callable<Integer> {

    private static final String PRICE = "price";
    private static final String[] INSURERS = {"symboling", "normalized-losses"};
    private static final TableReader READER = TableReader.commas().missing("?");
    private static final int EPOCHS = 40;
    private static final int BATCH = 8;
    private static final int SHOWN = 5;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "another table with a column 'price'; without it the one that comes with the example")
    private Path data;

    @Option(names = "--model", paramLabel = "FILE", description = "keep the model in this file")
    private Path kept;

    @Mixin
    private RunOptions run;

    @Override
    public Integer call() throws IOException {
        apply();
        Table cars = table().having(PRICE).shuffled(seed);
        Table test = cars.part(0, Math.max(1, cars.size() / 5));
        Table learnt = cars.part(test.size(), limit == null ? cars.size() : Math.min(cars.size(), test.size() + limit));
        Columns columns = Columns.predicting(PRICE);
        // What insurers think of a car is not known when it is new.
        TableEncoder encoder = (data == null ? columns.leavingOut(INSURERS) : columns).fit(learnt);
        Batches batches = encoder.examples(learnt).shuffled(seed).batched(BATCH);

        var model = Sequential.of(
                new Linear(encoder.inputs().size(), 64), new ReLU(), new Linear(64, 32), new ReLU(), new Linear(32, 1));
        var length = epochs(EPOCHS);
        var loss = Losses.huber(1);
        var optimizer = AdamW.of(Schedule.cosine(3e-3, length.steps(batches)))
                .weightDecay(0.1)
                .group(Parameters.vectors(), group -> group.weightDecay(0));
        var cost = Cost.of(model, Shape.of(encoder.inputs().size()))
                .loss(loss)
                .optimizer(optimizer)
                .batch(BATCH);
        try (var session = session();
                var progress = progress(BATCH, length.begun(batches));
                var trainer = run.trainer(session, model, progress, exam(test, encoder))
                        .loss(loss)
                        .optimizer(optimizer)
                        .metric(Metrics.determination())
                        .build()) {
            introduce(
                    session,
                    trainer.summary(batches),
                    start -> start.add("inputs", encoder.inputs().size()),
                    encoder);
            if (run.train(
                    session, trainer, cost, batches, encoder.examples(test).batched(BATCH), length)) {
                Path file = kept == null ? Files.createTempFile("prices", ".safetensors") : kept;
                try {
                    trainer.save(file, encoder.texts());
                    finish(file, test);
                } finally {
                    if (kept == null) {
                        Files.delete(file);
                    }
                }
            }
        }
        return 0;
    }

    /** Rows as they stand in the table, where that knows something; answers in dollars. */
    private static Exam exam(Table test, TableEncoder encoder) {
        return Exam.of((row, values) -> new Question.Row(test.columns().stream()
                        .filter(column -> !column.equals(PRICE) && test.text(row, column) != null)
                        .map(column -> new Question.Cell(column, test.text(row, column)))
                        .toList()))
                .answers(answer ->
                        String.format(Locale.ROOT, "%,.0f dollars", encoder.number(new float[] {(float) answer})));
    }

    private Table table() {
        if (data != null) {
            return READER.read(data);
        }
        try (InputStream in = Prices.class.getResourceAsStream("cars.csv")) {
            return READER.read("cars.csv", in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks the model that was saved, as another program would. */
    private void finish(Path file, Table test) {
        TableEncoder encoder = TableEncoder.load(file);
        double errors = 0;
        try (var predictor = Predictor.load(file, backend)) {
            for (int row = 0; row < test.size(); row++) {
                double guess = encoder.number(predictor.predict(encoder.input(test, row)));
                double price = Double.parseDouble(test.text(row, PRICE));
                errors += Math.abs(guess - price);
                if (row < SHOWN && !json) {
                    out().printf(
                                    Locale.ROOT,
                                    "%-13s %-11s %3s hp: %,6.0f dollars, the model says %,6.0f%n",
                                    test.text(row, "make"),
                                    test.text(row, "body-style"),
                                    test.text(row, "horsepower"),
                                    price,
                                    guess);
                }
            }
        }
        if (json) {
            out().println(new JsonLine("result").add("meanAbsoluteError", errors / test.size()));
        } else {
            out().printf(
                            Locale.ROOT,
                            "%,d cars that it has not seen: wrong by %,.0f dollars in the mean%n",
                            test.size(),
                            errors / test.size());
        }
    }
}
