package dev.baton.examples;

import dev.baton.infer.Quantization;
import dev.baton.infer.QuantizationReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The trained model with products of bytes, where that is wanted. */
final class Quantizing {

    @Option(
            names = "--int8",
            paramLabel = "FILE",
            description = "write the trained model with products of int8, and say what that has changed")
    private Path file;

    boolean isWanted() {
        return file != null;
    }

    /** Writes the model and says what it is like. */
    void run(Quantization quantization, PrintWriter out, boolean json) {
        QuantizationReport report = quantization.int8(file);
        out.println(json ? line(report) : report);
    }

    private static JsonLine line(QuantizationReport report) {
        var line = new JsonLine("int8")
                .add("products", report.products())
                .add("size", report.bytes().ratio())
                .add("timeOfOne", report.oneExample().ratio())
                .add("timeOfBatch", report.batch().ratio());
        report.oneToken().ifPresent(change -> line.add("timeOfToken", change.ratio()));
        report.numbers()
                .forEach((name, change) ->
                        line.add(name + "Before", change.before()).add(name + "After", change.after()));
        return line;
    }
}
