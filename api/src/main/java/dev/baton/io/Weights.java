package dev.baton.io;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.nn.Parameter.FileLayout;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Saves and loads the parameters of a model as a {@link Safetensors} file, named as in the model ({@code 0.weight},
 * {@code encoder.2.bias}) and laid out as PyTorch has them: the weight of a {@code Linear} is [outputs, inputs] in the
 * file and [inputs, outputs] in a session. The optimizer's state is not among them.
 */
public final class Weights {

    /** For other frameworks: the arrays lie as PyTorch's do. */
    static final Map<String, String> METADATA = Map.of("format", "pt");

    private Weights() {}

    /**
     * Saves the parameters that a session has for a model; those that no program has used yet, as they start.
     *
     * @throws DataException if the file cannot be written; the one that was there stays
     */
    public static void save(Session session, Layer model, Path file) {
        Safetensors.write(file, arrays(session, model), METADATA);
    }

    /** The parameters as a file has them. */
    static Map<String, NDArray> arrays(Session session, Layer model) {
        declare(session, model);
        var arrays = new LinkedHashMap<String, NDArray>();
        for (Parameter parameter : model.parameters()) {
            arrays.put(parameter.name(), laidOut(parameter.layout(), session.value(parameter.name())));
        }
        return arrays;
    }

    /**
     * Loads the parameters of a model into a session: all of them, or none where one does not fit.
     *
     * @throws DataException if the file cannot be read, lacks a parameter, holds something else, or a shape differs
     */
    public static void load(Session session, Layer model, Path file) {
        Map<String, NDArray> arrays = Safetensors.read(file);
        List<Parameter> parameters = model.parameters();
        for (Parameter parameter : parameters) {
            var type = new TensorType(DType.FLOAT32, parameter.shape());
            check(parameter.name(), type, parameter.layout(), file, arrays);
        }
        for (String name : arrays.keySet()) {
            if (parameters.stream().noneMatch(parameter -> parameter.name().equals(name))) {
                throw new DataException(
                        file + ": tensor '" + name + "' is no parameter of the model, which has " + names(parameters));
            }
        }
        declare(session, model);
        parameters.forEach(
                parameter -> session.set(parameter.name(), laidOut(parameter.layout(), arrays.get(parameter.name()))));
    }

    /** Copies the parameters of a model from one session to another, which need not have met the model yet. */
    public static void copy(Session from, Session to, Layer model) {
        declare(from, model);
        declare(to, model);
        model.parameters().forEach(parameter -> to.set(parameter.name(), from.value(parameter.name())));
    }

    /** Fails where a file does not hold what a model needs. */
    static void check(String name, TensorType type, FileLayout layout, Path file, Map<String, NDArray> arrays) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new DataException(file + ": there is no tensor '" + name + "'; there are " + arrays.keySet());
        }
        TensorType wanted = type.withShape(inFile(layout, type.shape()));
        var found = new TensorType(array.dtype(), array.shape());
        if (!found.equals(wanted)) {
            throw new DataException(file + ": tensor '" + name + "' is " + found + ", the model takes " + wanted);
        }
    }

    private static List<String> names(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::name).toList();
    }

    /** Gives the session the model's variables, where it does not have them yet. */
    private static void declare(Session session, Layer model) {
        var graph = new GraphBuilder();
        for (Parameter parameter : model.parameters()) {
            graph.variable(parameter.name(), new TensorType(DType.FLOAT32, parameter.shape()), parameter);
        }
        session.addVariables(graph.build());
    }

    private static Shape inFile(FileLayout layout, Shape shape) {
        return layout == FileLayout.TRANSPOSED ? Shape.of(shape.size(1), shape.size(0)) : shape;
    }

    /** From memory's layout to the file's, or back: the same, as transposing twice changes nothing. */
    static NDArray laidOut(FileLayout layout, NDArray array) {
        if (layout == FileLayout.AS_IS) {
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
