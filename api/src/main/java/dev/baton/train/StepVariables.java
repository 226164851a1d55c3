package dev.baton.train;

import java.util.List;

/**
 * The names of a step's variables, apart from the optimizer's.
 *
 * @param learnt parameters, in the order of their first use
 * @param statistics of layers, in the order of their first use
 * @param frozen parameters that the step reads and does not learn
 */
record StepVariables(List<String> learnt, List<String> statistics, List<String> frozen) {}
