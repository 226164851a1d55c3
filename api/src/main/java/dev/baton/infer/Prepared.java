package dev.baton.infer;

import dev.baton.NDArray;
import dev.baton.graph.Graph;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import java.util.Map;

/** Gives what depends on the weights alone its value, once. */
final class Prepared {

    private Prepared() {}

    /** Sets the variables that the outputs of a graph are named after. */
    static void compute(Session session, Graph once) {
        if (once.outputs().isEmpty()) {
            return;
        }
        try (Plan plan = session.compile(once, Map.of())) {
            plan.run(new NDArray[0]);
            int output = 0;
            for (Map.Entry<String, Value> computed : once.outputs().entrySet()) {
                TensorType type = computed.getValue().type();
                NDArray value = NDArray.zeros(type.dtype(), type.shape());
                plan.read(output++, value);
                session.set(computed.getKey(), value);
            }
        }
    }
}
