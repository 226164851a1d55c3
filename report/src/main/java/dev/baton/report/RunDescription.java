package dev.baton.report;

import dev.baton.train.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is said about a run beside what it shows itself.
 *
 * @param summary of the layers; empty where nothing was said
 * @param layers what each layer is, by its name
 * @param bill what it costs; empty where nothing was said
 */
record RunDescription(
        String title, List<PageData.Fact> facts, String summary, Map<String, String> layers, String bill) {

    static RunDescription nothing() {
        return new RunDescription("Training", List.of(), "", Map.of(), "");
    }

    RunDescription withTitle(String text) {
        return new RunDescription(text, facts, summary, layers, bill);
    }

    RunDescription withFact(String name, String text) {
        var more = new ArrayList<>(facts);
        more.removeIf(fact -> fact.name().equals(name));
        more.add(new PageData.Fact(name, text));
        return new RunDescription(title, List.copyOf(more), summary, layers, bill);
    }

    /** A layer of a summary is {@code 0: Linear(64 -> 256)}; its name and its kind are enough beside a chart. */
    RunDescription withSummary(Summary model) {
        var kinds = new LinkedHashMap<String, String>();
        for (Summary.Row row : model.layers()) {
            String[] parts = row.layer().split(": ", 2);
            kinds.put(parts[0], row.layer().replaceFirst("\\(.*", ""));
        }
        return new RunDescription(title, facts, model.toString(), kinds, bill);
    }

    RunDescription withBill(String text) {
        return new RunDescription(title, facts, summary, layers, text);
    }
}
