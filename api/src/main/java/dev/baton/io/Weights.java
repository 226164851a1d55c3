package dev.baton.io;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
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

    private Weights() {}

    /**
     * Saves the parameters that a session has for a model; those that no program has used yet, as they start.
     *
     * @throws DataException if the file cannot be written; the one that was there stays
     */
    public static void save(Session session, Layer model, Path file) {
        declare(session, model);
        var arrays = new LinkedHashMap<String, NDArray>();
        for (Parameter parameter : model.parameters()) {
            arrays.put(parameter.name(), laidOut(parameter, session.value(parameter.name())));
        }
        Safetensors.write(file, arrays, Map.of("format", "pt"));
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
            check(parameter, arrays.get(parameter.name()), file, arrays);
        }
        for (String name : arrays.keySet()) {
            if (parameters.stream().noneMatch(parameter -> parameter.name().equals(name))) {
                throw new DataException(
                        file + ": tensor '" + name + "' is no parameter of the model, which has " + names(parameters));
            }
        }
        declare(session, model);
        parameters.forEach(
                parameter -> session.set(parameter.name(), laidOut(parameter, arrays.get(parameter.name()))));
    }

    /** Copies the parameters of a model from one session to another, which need not have met the model yet. */
    public static void copy(Session from, Session to, Layer model) {
        declare(from, model);
        declare(to, model);
        model.parameters().forEach(parameter -> to.set(parameter.name(), from.value(parameter.name())));
    }

    private static void check(Parameter parameter, NDArray array, Path file, Map<String, NDArray> arrays) {
        if (array == null) {
            throw new DataException(
                    file + ": there is no tensor '" + parameter.name() + "'; there are " + arrays.keySet());
        }
        Shape wanted = inFile(parameter, parameter.shape());
        if (array.dtype() != DType.FLOAT32 || !array.shape().equals(wanted)) {
            throw new DataException(file + ": tensor '" + parameter.name() + "' is " + array.dtype() + array.shape()
                    + ", the model takes " + DType.FLOAT32 + wanted);
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

    private static Shape inFile(Parameter parameter, Shape shape) {
        return parameter.layout() == Parameter.FileLayout.TRANSPOSED ? Shape.of(shape.size(1), shape.size(0)) : shape;
    }

    /** From memory's layout to the file's, or back: the same, as transposing twice changes nothing. */
    private static NDArray laidOut(Parameter parameter, NDArray array) {
        if (parameter.layout() == Parameter.FileLayout.AS_IS) {
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
