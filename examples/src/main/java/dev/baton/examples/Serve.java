package dev.baton.examples;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.ShapeException;
import dev.baton.infer.Answer;
import dev.baton.infer.Classifier;
import dev.baton.infer.MicroBatches;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A trained model inside of a service: rows of numbers come in JSON, labels and probabilities go back. */
@Command(
        name = "serve",
        description = "Answers over HTTP with a model that 'digits --model FILE' or your own program has kept: "
                + "POST /answer with {\"examples\": [[number, ...], ...]}; GET /health; GET /metrics for Prometheus.",
        mixinStandardHelpOptions = true)
final class Serve implements Callable<Integer> {

    @Option(names = "--model", required = true, paramLabel = "FILE", description = "the model's file")
    private Path file;

    @Option(names = "--backend", paramLabel = "NAME", description = "the backend; without it the best available")
    private String backend;

    @Option(names = "--host", defaultValue = "localhost", description = "the address (${DEFAULT-VALUE})")
    private String host;

    @Option(names = "--port", defaultValue = "8080", description = "0 for any that is free (${DEFAULT-VALUE})")
    private int port;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "the most examples that are answered together, up to 128 (${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--within",
            paramLabel = "MS",
            defaultValue = "1",
            description = "how long an example waits for others (${DEFAULT-VALUE})")
    private long within;

    @Option(
            names = "--queue",
            paramLabel = "N",
            defaultValue = "512",
            description = "the most examples that wait; clients are told to come back later (${DEFAULT-VALUE})")
    private int queue;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "64",
            description = "the most requests that are worked on at a time (${DEFAULT-VALUE})")
    private int clients;

    @Option(
            names = "--body",
            paramLabel = "BYTES",
            defaultValue = "1048576",
            description = "the most bytes of a request (${DEFAULT-VALUE})")
    private int body;

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "256",
            description = "the most examples of a request (${DEFAULT-VALUE})")
    private int examples;

    @Option(
            names = "--patience",
            paramLabel = "S",
            defaultValue = "5",
            description = "how long a client may take to send a request, and requests to be answered when the server "
                    + "is stopped (${DEFAULT-VALUE})")
    private long patience;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Map.of("--batch", batch, "--queue", queue, "--clients", clients, "--body", body, "--examples", examples)
                .forEach((option, number) -> CommonOptions.requirePositive(spec.commandLine(), option, number));
        CommonOptions.requirePositive(spec.commandLine(), "--patience", patience);
        if (port < 0 || port > 65535) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--port': 0 to 65535, not " + port);
        }
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        PrintWriter out = spec.commandLine().getOut();
        try (var classifier = Classifier.load(file, backend)) {
            classifier.predictor().warmUp();
            // A file whose labels do not fit is found here, and not by the first client.
            classifier.answerShown(
                    new float
                            [Math.toIntExact(
                                    classifier.predictor().exampleShape().size())]);
            try (var batches = open(classifier);
                    var server = AnswerServer.start(
                            new InetSocketAddress(host, port),
                            asked -> answers(classifier, batches, asked),
                            new AnswerServer.Limits(body, examples, clients, Duration.ofSeconds(patience)),
                            new ServerMetrics(batches::waiting))) {
                // Where the process is told to end, its clients are answered first.
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    stop.countDown();
                    await(stopped);
                }));
                out.println("answering on http://" + host + ":" + server.port() + "/answer");
                stop.await();
            }
            out.println("stopped");
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private MicroBatches open(Classifier classifier) {
        return MicroBatches.of(classifier.predictor())
                .atMost(batch)
                .within(Duration.ofMillis(within))
                .queue(queue)
                .open();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All examples of a request wait at once, so that they are in as few batches as can be. */
    static List<Answer> answers(Classifier classifier, MicroBatches batches, float[][] examples) {
        var waiting = new ArrayList<CompletableFuture<float[]>>();
        try {
            for (int i = 0; i < examples.length; i++) {
                int number = i;
                waiting.add(ofExample(number, () -> batches.submit(shown(classifier, examples[number]))));
            }
            var answers = new ArrayList<Answer>();
            for (int i = 0; i < examples.length; i++) {
                CompletableFuture<float[]> logits = waiting.get(i);
                answers.add(ofExample(i, () -> classifier.answerOf(logits.join())));
            }
            return answers;
        } finally {
            // Nobody asks for the rest of a request that has failed.
            waiting.forEach(future -> future.cancel(false));
        }
    }

    /** Says which example of a request it is that is wrong. */
    private static <T> T ofExample(int number, Supplier<T> work) {
        try {
            return work.get();
        } catch (CompletionException e) {
            throw wrong(number, e.getCause() instanceof RuntimeException failure ? failure : e);
        } catch (BatonException e) {
            throw wrong(number, e);
        }
    }

    private static RuntimeException wrong(int number, RuntimeException failure) {
        boolean isClients = failure instanceof DataException || failure instanceof ShapeException;
        return isClients ? new DataException("example " + number + ": " + failure.getMessage(), failure) : failure;
    }

    private static float[] shown(Classifier classifier, float[] row) {
        return classifier
                .predictor()
                .info()
                .standardizer()
                .map(fitted -> fitted.apply(row))
                .orElse(row);
    }
}
