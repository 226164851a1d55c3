package dev.baton.autodiff;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.nn.GRU;
import dev.baton.nn.LSTM;
import dev.baton.nn.Layer;
import dev.baton.nn.RecurrentLayers;
import dev.baton.tensor.Tensor;
import dev.baton.train.GradientCheck;
import dev.baton.train.StepInputs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recurrent layers against central differences in double: by sequences, first states and every parameter. */
class RecurrentGradientsTest {

    private static final int INPUTS = 3;
    private static final int HIDDEN = 2;

    /** What of the results the loss depends on. */
    enum Use {
        OUTPUTS,
        LAST_STATES,
        ALL
    }

    record Case(boolean lstm, int layers, boolean bidirectional, int batch, int steps, Use use) {

        Layer layer() {
            RecurrentLayers stack = RecurrentLayers.of(layers);
            RecurrentLayers chosen = bidirectional ? stack.bidirectional() : stack;
            return lstm ? new LSTM(INPUTS, HIDDEN, chosen) : new GRU(INPUTS, HIDDEN, chosen);
        }

        Shape state() {
            return Shape.of((bidirectional ? 2L : 1L) * layers, batch, HIDDEN);
        }
    }

    static Stream<Case> cases() {
        var cases = new ArrayList<Case>();
        for (boolean lstm : new boolean[] {true, false}) {
            for (Use use : Use.values()) {
                cases.add(new Case(lstm, 1, false, 2, 4, use));
                cases.add(new Case(lstm, 2, true, 1, 3, use));
            }
            cases.add(new Case(lstm, 1, false, 3, 1, Use.ALL));
            cases.add(new Case(lstm, 1, true, 2, 1, Use.OUTPUTS));
        }
        return cases.stream();
    }

    /** What the loss depends on. */
    private static List<Tensor> results(Case tried, Layer layer, StepInputs inputs) {
        Tensor outputs;
        List<Tensor> states;
        if (layer instanceof LSTM lstm) {
            var result = lstm.run(inputs.get("x"), new LSTM.State(inputs.get("hidden"), inputs.get("cell")));
            outputs = result.outputs();
            states = List.of(result.state().hidden(), result.state().cell());
        } else {
            var result = ((GRU) layer).run(inputs.get("x"), inputs.get("hidden"));
            outputs = result.outputs();
            states = List.of(result.hidden());
        }
        var results = new ArrayList<Tensor>();
        if (tried.use() != Use.LAST_STATES) {
            results.add(outputs);
        }
        if (tried.use() != Use.OUTPUTS) {
            results.addAll(states);
        }
        return results;
    }

    private static Map<String, NDArray> inputs(Case tried) {
        var inputs = new LinkedHashMap<String, NDArray>();
        inputs.put("x", CompositeGradientsTest.numbers(1, tried.batch(), tried.steps(), INPUTS));
        inputs.put("hidden", CompositeGradientsTest.numbers(2, tried.state().toArray()));
        if (tried.lstm()) {
            inputs.put("cell", CompositeGradientsTest.numbers(3, tried.state().toArray()));
        }
        return inputs;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFiniteDifferences(Case tried) {
        Layer layer = tried.layer();
        GradientCheck.of(inputs -> WeightedSum.of(results(tried, layer, inputs)), inputs(tried))
                .check();
    }

    /** The gradient of a function of the gradient, where what the forward pass has saved is differentiated by as well. */
    static Stream<Case> few() {
        return cases().filter(tried -> tried.layers() == 1 && tried.use() == Use.ALL);
    }

    @ParameterizedTest
    @MethodSource("few")
    void soDoGradientsOfGradients(Case tried) {
        Layer layer = tried.layer();
        Map<String, NDArray> arrays = inputs(tried);
        GradientCheck.of(
                        inputs -> {
                            Tensor loss = WeightedSum.of(results(tried, layer, inputs));
                            var by = new ArrayList<Tensor>();
                            arrays.keySet().forEach(name -> by.add(inputs.get(name)));
                            layer.parameters().forEach(parameter -> by.add(parameter.in(loss)));
                            return WeightedSum.ofGradients(loss, by);
                        },
                        arrays)
                .check();
    }
}
