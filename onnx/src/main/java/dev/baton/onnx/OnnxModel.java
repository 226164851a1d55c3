package dev.baton.onnx;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.nn.Initializer;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerVariable;
import dev.baton.onnx.read.Declared;
import dev.baton.onnx.read.OnnxFile;
import dev.baton.onnx.read.Tracing;
import dev.baton.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model that was read from an ONNX file: a layer like any other, which answers, trains, and is saved. Its parameters have
 * the names that they have in the file and start with the values from there; the running statistics of batch
 * normalisations are {@link dev.baton.nn.Statistic}s. Numbers that stand alone, integers, and what sets how an operator works
 * are constants.
 *
 * <p>In training, batch normalisations take the statistics of the batch and gather them, and dropout drops, as they do in
 * Baton's own layers.
 */
public final class OnnxModel extends Layer {

    private final OnnxFile file;
    private final Map<String, LayerVariable> variables = new LinkedHashMap<>();

    OnnxModel(OnnxFile file) {
        this.file = file;
        file.learnt().forEach(name -> variables.put(name, parameter(name, shape(name), initializer(name))));
        file.statistics().forEach(name -> variables.put(name, statistic(name, shape(name), initializer(name))));
    }

    private Shape shape(String name) {
        return file.arrays().get(name).shape();
    }

    private Initializer initializer(String name) {
        NDArray value = file.arrays().get(name);
        return (shape, seed, variable) -> value;
    }

    /** The names of the inputs, in the file's order. */
    public List<String> inputs() {
        return file.inputs().stream().map(Declared::name).toList();
    }

    /** The names of the outputs, in the file's order. */
    public List<String> outputs() {
        return file.outputs().stream().map(Declared::name).toList();
    }

    /**
     * The first output of a model with one input.
     *
     * @throws BatonException if the model has other than one input: see {@link #forward(Map)}
     * @throws dev.baton.DataException if a node asks for what Baton has no form for
     * @throws dev.baton.ShapeException if the input, or what becomes of it, does not fit
     */
    @Override
    public Tensor forward(Tensor x) {
        if (file.inputs().size() != 1) {
            throw new BatonException(
                    describe() + " has the inputs " + inputs() + ", not one: give them by name, as a map");
        }
        return forward(Map.of(inputs().get(0), x)).get(outputs().get(0));
    }

    /**
     * All outputs by name.
     *
     * @param given all inputs by name; int32 will do where the file has int64
     * @throws BatonException as {@link #forward(Tensor)}, or if an input is missing or there is one that the model lacks
     */
    public Map<String, Tensor> forward(Map<String, Tensor> given) {
        if (given.isEmpty() || !given.keySet().equals(Set.copyOf(inputs()))) {
            throw new BatonException(describe() + " takes the inputs " + inputs() + ", not " + given.keySet());
        }
        Tensor any = given.values().iterator().next();
        var results = new LinkedHashMap<String, Tensor>();
        inLayer(any, () -> {
            results.putAll(Tracing.trace(file, any.graph(), given, Collections.unmodifiableMap(variables), path()));
            return results.values().iterator().next();
        });
        return results;
    }

    @Override
    protected String describe() {
        return "OnnxModel(" + file.name() + ")";
    }
}
