package dev.baton.examples;

import dev.baton.data.Batch;
import dev.baton.infer.Quantization;
import dev.baton.infer.QuantizationReport;
import dev.baton.loss.Loss;
import dev.baton.metrics.Metric;
import dev.baton.nn.Layer;
import dev.baton.runtime.Session;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The trained model with products of bytes, where that is wanted. */
final class Quantizing {

    @Option(
            names = "--int8",
            paramLabel = "FILE",
            description = "write the trained model with products of int8, and say what that has changed")
    private Path file;

    /**
     * Writes it and says so, where that is wanted.
     *
     * @param calibration batches that were learnt from
     * @param test others
     */
    void run(
            Session session,
            Layer model,
            Iterable<Batch> calibration,
            Iterable<Batch> test,
            Loss loss,
            List<Metric> metrics,
            PrintWriter out,
            boolean json) {
        if (file == null) {
            return;
        }
        var quantization =
                Quantization.of(session, model).calibration(calibration).test(test, loss);
        metrics.forEach(quantization::metric);
        QuantizationReport report = quantization.int8(file);
        out.println(json ? line(report) : report);
    }

    private static JsonLine line(QuantizationReport report) {
        var line = new JsonLine("int8")
                .add("products", report.products())
                .add("size", report.bytes().ratio())
                .add("timeOfOne", report.oneExample().ratio())
                .add("timeOfBatch", report.batch().ratio());
        report.numbers()
                .forEach((name, change) ->
                        line.add(name + "Before", change.before()).add(name + "After", change.after()));
        return line;
    }
}
