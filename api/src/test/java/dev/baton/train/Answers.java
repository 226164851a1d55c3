package dev.baton.train;

import dev.baton.NDArray;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.infer.Predictor;
import dev.baton.nn.Layer;
import dev.baton.reference.Interpreter;
import dev.baton.runtime.Session;
import dev.baton.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a model answers in inference: on a session's backend, and in double precision. */
final class Answers {

    private Answers() {}

    static double[] of(Session session, Layer model, NDArray inputs) {
        try (var predictor = Predictor.of(session, model)) {
            return predictor.predict(inputs).toDoubleArray();
        }
    }

    /**
     * The same by the reference interpreter.
     *
     * @param variables as {@link #variables} gives them
     */
    static double[] inDouble(Layer model, NDArray inputs, Map<String, double[]> variables) {
        var builder = new GraphBuilder();
        var x = Tensor.of(builder, builder.input("x", new TensorType(inputs.dtype(), inputs.shape())));
        builder.output("answers", Layer.trace(model, x).value());
        return new Interpreter(builder.build(), Interpreter.Precision.DOUBLE)
                .run(Map.of("x", inputs.toDoubleArray()), variables)
                .outputs()
                .get("answers");
    }

    /** The model's variables as a session has them. */
    static Map<String, double[]> variables(Session session, Layer model) {
        var values = new LinkedHashMap<String, double[]>();
        model.variables()
                .forEach(variable -> values.put(
                        variable.name(), session.value(variable.name()).toDoubleArray()));
        return values;
    }
}
