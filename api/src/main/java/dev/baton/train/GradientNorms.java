package dev.baton.train;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.runtime.Executable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How large the gradients of a program's last step were. */
final class GradientNorms {

    private final Executable step;
    private final List<String> parameters;
    private final int allIndex;
    private final int eachIndex;
    private final NDArray all = NDArray.zeros(DType.FLOAT32, Shape.scalar());
    private final NDArray each;

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

    /** That of all gradients taken together. */
    float ofAll() {
        step.read(allIndex, all);
        return (float) all.get(0);
    }

    List<String> parameters() {
        return parameters;
    }

    /** That of each parameter's gradient, in the order of {@link #parameters}; overwritten by the next. */
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
}
