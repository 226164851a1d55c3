package dev.baton.infer;

import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.data.Batch;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.infer.QuantizationReport.Change;
import dev.baton.io.ModelFile;
import dev.baton.loss.Loss;
import dev.baton.metrics.Metric;
import dev.baton.nn.Layer;
import dev.baton.runtime.Executable;
import dev.baton.runtime.Opened;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Measures a model and its quantised file side by side: how right both are, how large, how fast. */
final class Comparison {

    /** Turns that are timed of each, so that whatever else the machine does falls on both. */
    private static final int ROUNDS = 30;

    /** Seconds of a turn. The first of many short answers in it is not timed: it finds threads that sleep, and the other's caches. */
    private static final double TURN = 0.005;

    /** Of a text that is written each time. */
    private static final int TOKENS = 16;

    private final Session session;
    private final Layer model;
    private final Iterable<Batch> test;
    private final Loss loss;
    private final List<Metric> metrics;

    Comparison(Session session, Layer model, Iterable<Batch> test, Loss loss, List<Metric> metrics) {
        this.session = session;
        this.model = model;
        this.test = test;
        this.loss = loss;
        this.metrics = metrics;
    }

    QuantizationReport report(Path file, Map<String, Double> errors) {
        try (Predictor before = Predictor.of(session, model);
                Predictor after = Predictor.load(file, session.backend())) {
            Map<String, Double> right = numbers(before);
            Map<String, Double> got = numbers(after);
            var numbers = new LinkedHashMap<String, Change>();
            right.forEach((name, value) -> numbers.put(name, new Change(value, got.get(name))));
            NDArray batch = test.iterator().next().inputs();
            return new QuantizationReport(
                    file,
                    bytes(file, batch),
                    numbers,
                    times(before, after, one(batch)),
                    oneToken(file),
                    times(before, after, batch),
                    batch.shape().size(0),
                    errors);
        }
    }

    private Map<String, Double> numbers(Predictor predictor) {
        double sum = 0;
        long count = 0;
        List<Metric.Meter> meters = metrics.stream().map(Metric::meter).toList();
        Executable measured = null;
        try {
            for (Batch batch : test) {
                NDArray answers = predictor.predict(batch.inputs());
                if (measured == null) {
                    measured = lossOf(answers, batch.targets());
                }
                sum += loss(measured, answers, batch.targets()) * batch.size();
                count += batch.size();
                meters.forEach(meter -> meter.add(answers, batch.targets()));
            }
        } finally {
            if (measured != null) {
                measured.close();
            }
        }
        if (count == 0) {
            throw new DataException("there are no examples to test the quantised model with");
        }
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put("loss", sum / count);
        for (int i = 0; i < meters.size(); i++) {
            numbers.put(metrics.get(i).name(), meters.get(i).value());
        }
        return numbers;
    }

    /** From answers and targets of batches like these, of any size, to their loss. */
    private Executable lossOf(NDArray answers, NDArray targets) {
        var graph = new GraphBuilder();
        Tensor given = Tensor.of(graph, graph.input("answers", batches(answers)));
        Tensor wanted = Tensor.of(graph, graph.input("targets", batches(targets)));
        graph.output("loss", loss.of(given, wanted).value());
        return new Executable(session, "quantization", graph.build(), Opened.here("quantization"));
    }

    private static TensorType batches(NDArray like) {
        Dim count = Dim.symbol(Executable.BATCH);
        return new TensorType(like.dtype(), like.shape().without(0).prepend(count));
    }

    private static double loss(Executable measured, NDArray answers, NDArray targets) {
        measured.input(measured.inputIndex("answers"), answers);
        measured.input(measured.inputIndex("targets"), targets);
        measured.run();
        return measured.output(measured.outputIndex("loss")).get(0);
    }

    private static NDArray one(NDArray batch) {
        NDArray example = batch.slice(0);
        NDArray alone = NDArray.zeros(batch.dtype(), batch.shape().without(0).prepend(Dim.of(1)));
        alone.bytes().put(example.bytes());
        return alone;
    }

    private Change bytes(Path file, NDArray batch) {
        try {
            // Beside the other file, where there is room for models.
            Path whole = Files.createTempFile(file.toAbsolutePath().getParent(), "baton", ".part");
            try {
                ModelFile.save(session, model, batch.dtype(), batch.shape().without(0), whole);
                return new Change(Files.size(whole), Files.size(file));
            } finally {
                Files.delete(whole);
            }
        } catch (IOException e) {
            throw new DataException("cannot compare the sizes of the model's files: " + e.getMessage(), e);
        }
    }

    /** A token's part of a short text. */
    private Optional<Change> oneToken(Path file) {
        if (!ModelFile.writesText(file)) {
            return Optional.empty();
        }
        try (TextGenerator after = TextGenerator.load(file, session.backend());
                TextGenerator before = TextGenerator.of(session, model, after.context())) {
            int count = Math.toIntExact(Math.min(TOKENS, after.context()));
            var sampling = Sampling.greedy().atMost(count);
            int[] prompt = {0};
            Change text = times(() -> before.generate(prompt, sampling), () -> after.generate(prompt, sampling));
            return Optional.of(new Change(text.before() / count, text.after() / count));
        }
    }

    private static Change times(Predictor before, Predictor after, NDArray inputs) {
        return times(() -> before.predict(inputs), () -> after.predict(inputs));
    }

    private static Change times(Runnable before, Runnable after) {
        var seconds = new double[2][ROUNDS];
        for (int round = -5; round < ROUNDS; round++) {
            for (int which = 0; which < 2; which++) {
                // The first ones compile what runs.
                seconds[which][Math.max(round, 0)] = turn(which == 0 ? before : after);
            }
        }
        return new Change(median(seconds[0]), median(seconds[1]));
    }

    /** Seconds of one answer. */
    private static double turn(Runnable answer) {
        long start = System.nanoTime();
        answer.run();
        double first = (System.nanoTime() - start) * 1e-9;
        if (first >= TURN) {
            return first;
        }
        long begin = System.nanoTime();
        double passed;
        int count = 0;
        do {
            answer.run();
            count++;
            passed = (System.nanoTime() - begin) * 1e-9;
        } while (passed < TURN);
        return passed / count;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
