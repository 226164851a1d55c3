package dev.baton.io;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerVariable;
import dev.baton.nn.Parameter;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Saves and loads the parameters and the statistics of a model as a {@link Safetensors} file, named as in the model
 * ({@code 0.weight}, {@code encoder.2.bias}) and laid out as PyTorch has them: the weight of a {@code Linear} is
 * [outputs, inputs] in the file and [inputs, outputs] in a session. The optimizer's state is not among them.
 */
public final class Weights {

    private static final int NAMES_SHOWN = 12;

    private Weights() {}

    /**
     * Saves the parameters and statistics that a session has for a model; those that no program has used yet, as they
     * start.
     *
     * @throws DataException if the file cannot be written; the one that was there stays
     */
    public static void save(Session session, Layer model, Path file) {
        declare(session, model);
        var arrays = new LinkedHashMap<String, NDArray>();
        for (LayerVariable variable : model.variables()) {
            arrays.put(variable.name(), laidOut(variable, session.value(variable.name())));
        }
        Safetensors.write(file, arrays, Map.of("format", "pt"));
    }

    /**
     * Loads the parameters and statistics of a model into a session: all of them, or none where one does not fit. The
     * number of batches that PyTorch keeps beside running statistics is left aside.
     *
     * @throws DataException if the file cannot be read, lacks a parameter, holds something else, or a shape differs
     */
    public static void load(Session session, Layer model, Path file) {
        Map<String, NDArray> arrays = Safetensors.read(file);
        List<LayerVariable> variables = model.variables();
        for (LayerVariable variable : variables) {
            check(variable, arrays.get(variable.name()), file, arrays);
        }
        List<String> names = variables.stream().map(LayerVariable::name).toList();
        for (String name : arrays.keySet()) {
            // PyTorch counts the batches that went into a running mean; nothing here asks for that.
            if (!names.contains(name.replaceAll("num_batches_tracked$", "running_mean"))) {
                throw new DataException(
                        file + ": tensor '" + name + "' is no parameter of the model, which has " + some(names));
            }
        }
        declare(session, model);
        variables.forEach(variable -> session.set(variable.name(), laidOut(variable, arrays.get(variable.name()))));
    }

    /** Copies parameters and statistics from one session to another, which need not have met the model yet. */
    public static void copy(Session from, Session to, Layer model) {
        declare(from, model);
        declare(to, model);
        model.variables().forEach(variable -> to.set(variable.name(), from.value(variable.name())));
    }

    private static void check(LayerVariable variable, NDArray array, Path file, Map<String, NDArray> arrays) {
        if (array == null) {
            throw new DataException(
                    file + ": there is no tensor '" + variable.name() + "'; there are " + some(arrays.keySet()));
        }
        Shape wanted = inFile(variable, variable.shape());
        if (array.dtype() != DType.FLOAT32 || !array.shape().equals(wanted)) {
            throw new DataException(file + ": tensor '" + variable.name() + "' is " + array.dtype() + array.shape()
                    + ", the model takes " + DType.FLOAT32 + wanted);
        }
    }

    /** Names in order, as many as a person reads. */
    private static String some(Collection<String> names) {
        int more = names.size() - NAMES_SHOWN;
        return names.stream().limit(NAMES_SHOWN).toList() + (more > 0 ? " and " + more + " more" : "");
    }

    /** Gives the session the model's variables, where it does not have them yet. */
    private static void declare(Session session, Layer model) {
        var graph = new GraphBuilder();
        for (LayerVariable variable : model.variables()) {
            graph.variable(variable.name(), new TensorType(DType.FLOAT32, variable.shape()), variable);
        }
        session.addVariables(graph.build());
    }

    private static Shape inFile(LayerVariable variable, Shape shape) {
        return variable.layout() == Parameter.FileLayout.TRANSPOSED ? Shape.of(shape.size(1), shape.size(0)) : shape;
    }

    /** From memory's layout to the file's, or back: the same, as transposing twice changes nothing. */
    private static NDArray laidOut(LayerVariable variable, NDArray array) {
        if (variable.layout() == Parameter.FileLayout.AS_IS) {
            return array;
        }
        int rows = (int) array.shape().size(0);
        int columns = (int) array.shape().size(1);
        NDArray result = NDArray.zeros(array.dtype(), Shape.of(columns, rows));
        var from = array.floats();
        var to = result.floats();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                to.put(column * rows + row, from.get(row * columns + column));
            }
        }
        return result;
    }
}
