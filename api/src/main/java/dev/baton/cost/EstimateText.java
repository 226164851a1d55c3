package dev.baton.cost;

import java.util.List;
import java.util.Locale;

/** An estimate for people. */
final class EstimateText {

    private static final String COLUMNS = "  %14s %12s %12s %12s %10s %11s%n";

    private EstimateText() {}

    static String totals(Estimate estimate) {
        StepCost step = estimate.step();
        var text = new StringBuilder();
        String examples = step.batch() == 1 ? "1 example" : String.format(Locale.ROOT, "%,d examples", step.batch());
        line(
                text,
                "a step of %s on one device, operations: %s forward, %s backward, %s update",
                examples,
                Figures.quantity(step.operations().forward()),
                Figures.quantity(step.operations().backward()),
                Figures.quantity(step.operations().update()));
        line(
                text,
                "memory: %s, of %s (weights %s, gradients %s, optimizer %s, activations %s, inputs %s; laid out, the "
                        + "arena takes %s)",
                Figures.bytes(estimate.memory()),
                Figures.bytes(estimate.hardware().memory()),
                Figures.bytes(step.weights()),
                Figures.bytes(step.gradients()),
                Figures.bytes(step.optimizer()),
                Figures.bytes(step.activations()),
                Figures.bytes(step.inputs()),
                Figures.bytes(step.laidOut().workspace()));
        line(
                text,
                "%s: %,d steps, %s examples%s",
                estimate.purpose(),
                estimate.steps(),
                Figures.quantity(estimate.examples()),
                estimate.positions() == 1 ? "" : String.format(Locale.ROOT, " of %,d tokens", estimate.positions()));
        line(
                text,
                "operations: %.4g in all; by parameters alone (%d for each and %s) %.4g",
                estimate.operations(),
                estimate.purpose().equals("training") ? 6 : 2,
                estimate.positions() == 1 ? "example" : "token",
                estimate.parameterOperations());
        line(
                text,
                "time: %s%s",
                Figures.time(estimate.seconds()),
                estimate.communicating() == 0
                        ? ""
                        : ", of which " + Figures.time(estimate.communicating()) + " between devices");
        line(
                text,
                "energy %s, %s, CO2 %s",
                Figures.energy(estimate.joules()),
                Figures.money(estimate.money(), estimate.assumptions().currency()),
                Figures.grams(estimate.gramsOfCo2()));
        warnings(text, estimate.warnings());
        line(text, "hardware: %s", estimate.hardware());
        text.append("assuming: ").append(estimate.assumptions());
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }

    private static void warnings(StringBuilder text, List<String> warnings) {
        warnings.forEach(warning -> line(text, "warning: %s", warning));
    }

    static String layers(StepCost step) {
        var text = new StringBuilder();
        int width = Math.max(
                5,
                step.layers().stream()
                        .mapToInt(row -> row.layer().length())
                        .max()
                        .orElse(0));
        text.append("layer").append(" ".repeat(width - 5));
        text.append(String.format(
                Locale.ROOT, COLUMNS, "parameters", "forward", "backward", "update", "moved", "activations"));
        for (LayerCost row : step.layers()) {
            row(text, width, row.layer(), row.parameters(), row.operations(), row.bytes(), row.activations());
        }
        row(text, width, "all", step.parameters(), step.operations(), step.bytes(), step.activations());
        return text.toString();
    }

    private static void row(
            StringBuilder text,
            int width,
            String layer,
            long parameters,
            Operations operations,
            long bytes,
            long activations) {
        text.append(layer).append(" ".repeat(width - layer.length()));
        text.append(String.format(
                Locale.ROOT,
                COLUMNS,
                String.format(Locale.ROOT, "%,d", parameters),
                Figures.quantity(operations.forward()),
                Figures.quantity(operations.backward()),
                Figures.quantity(operations.update()),
                Figures.bytes(bytes),
                Figures.bytes(activations)));
    }
}
