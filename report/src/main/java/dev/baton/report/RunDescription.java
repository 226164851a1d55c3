package dev.baton.report;

import java.util.ArrayList;
import java.util.List;

/**
 * What is said about a run beside what it shows itself.
 *
 * @param summary of the layers; empty where nothing was said
 * @param bill what it costs; empty where nothing was said
 */
record RunDescription(String title, List<PageData.Fact> facts, String summary, String bill) {

    RunDescription withTitle(String text) {
        return new RunDescription(text, facts, summary, bill);
    }

    RunDescription withFact(String name, String text) {
        var more = new ArrayList<>(facts);
        more.removeIf(fact -> fact.name().equals(name));
        more.add(new PageData.Fact(name, text));
        return new RunDescription(title, List.copyOf(more), summary, bill);
    }

    RunDescription withSummary(String text) {
        return new RunDescription(title, facts, text, bill);
    }

    RunDescription withBill(String text) {
        return new RunDescription(title, facts, summary, text);
    }
}
