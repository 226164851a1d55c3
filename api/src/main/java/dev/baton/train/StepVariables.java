package dev.baton.train;

import java.util.List;
import java.util.stream.Stream;

/**
 * The names of a step's variables.
 *
 * @param learnt parameters, in the order of their first use
 * @param statistics of layers, in the order of their first use
 * @param moments what the optimizer keeps from step to step; none where the step has no update
 * @param frozen parameters that the step reads and does not learn
 */
record StepVariables(List<String> learnt, List<String> statistics, List<String> moments, List<String> frozen) {

    /** All that a step changes. */
    List<String> changing() {
        return Stream.of(learnt, statistics, moments).flatMap(List::stream).toList();
    }

    /** What gradients and new statistics are called as inputs or outputs of a step's graph. */
    List<String> results() {
        return Stream.concat(
                        learnt.stream().map(StepGraph::gradient),
                        statistics.stream().map(StepGraph::statistic))
                .toList();
    }
}
