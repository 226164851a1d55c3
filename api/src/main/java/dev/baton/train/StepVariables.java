package dev.baton.train;

import java.util.List;
import java.util.stream.Stream;

/**
 * The names of a step's variables, apart from the optimizer's.
 *
 * @param learnt parameters, in the order of their first use
 * @param statistics of layers, in the order of their first use
 * @param frozen parameters that the step reads and does not learn
 */
record StepVariables(List<String> learnt, List<String> statistics, List<String> frozen) {

    /** What gradients and new statistics are called as inputs or outputs of a step's graph. */
    List<String> results() {
        return Stream.concat(
                        learnt.stream().map(StepGraph::gradient),
                        statistics.stream().map(StepGraph::statistic))
                .toList();
    }
}
