package dev.baton.train;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.runtime.Executable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How large the gradients of a step were, and those of a few steps before it. */
final class GradientNorms {

    private static final int REMEMBERED = 5;

    private final Executable step;
    private final List<String> parameters;
    private final int allIndex;
    private final int eachIndex;
    private final NDArray all = NDArray.zeros(DType.FLOAT32, Shape.scalar());
    private final NDArray each;
    private final double[] last = new double[REMEMBERED];
    private int count;

    /**
     * @param parameters the names of what is learnt, in the order of the output {@link StepGraph#NORMS}
     */
    GradientNorms(Executable step, List<String> parameters) {
        this.step = step;
        this.parameters = parameters;
        this.allIndex = step.outputIndex(StepGraph.NORM);
        this.eachIndex = step.outputIndex(StepGraph.NORMS);
        this.each = NDArray.zeros(DType.FLOAT32, Shape.of(parameters.size()));
    }

    /** That of all gradients taken together in the step that has just run. */
    float ofStep() {
        step.read(allIndex, all);
        float norm = (float) all.get(0);
        last[count++ % REMEMBERED] = norm;
        return norm;
    }

    List<String> parameters() {
        return parameters;
    }

    /** That of each parameter's gradient in the last step, in the order of {@link #parameters}; overwritten by the next. */
    NDArray ofParameters() {
        step.read(eachIndex, each);
        return each;
    }

    Map<String, Double> byName() {
        NDArray norms = step.output(eachIndex);
        var byName = new LinkedHashMap<String, Double>();
        for (int i = 0; i < parameters.size(); i++) {
            byName.put(parameters.get(i), norms.get(i));
        }
        return byName;
    }

    /** Those of the last steps, the latest last, in words; empty where there were none. */
    String before(long step) {
        var norms = new ArrayList<Double>();
        for (int i = Math.max(0, count - REMEMBERED); i < count; i++) {
            norms.add(last[i % REMEMBERED]);
        }
        return norms.isEmpty()
                ? ""
                : norms.stream()
                                .map(norm -> String.format(Locale.ROOT, "%.3g", norm))
                                .collect(Collectors.joining(", ", "\n  norms of the gradients before it: ", ""))
                        + (norms.size() == 1
                                ? " (step " + (step - 1) + ")"
                                : " (steps " + (step - norms.size()) + " to " + (step - 1) + ")");
    }
}
