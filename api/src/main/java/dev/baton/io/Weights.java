package dev.baton.io;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.nn.Layer;
import dev.baton.nn.LayerVariable;
import dev.baton.nn.Parameter.FileLayout;
import dev.baton.nn.TensorNames;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Saves and loads the parameters and the statistics of a model as a {@link Safetensors} file, named as in the model
 * ({@code 0.weight}, {@code encoder.2.bias}) and laid out as PyTorch has them: the weight of a {@code Linear} is
 * [outputs, inputs] in the file and [inputs, outputs] in a session. The optimizer's state is not among them.
 */
public final class Weights {

    private static final int NAMES_SHOWN = 12;
    private static final String COUNT = "num_batches_tracked";

    /** For other frameworks: the arrays lie as PyTorch's do. */
    static final Map<String, String> METADATA = Map.of("format", "pt");

    private Weights() {}

    /**
     * Saves the parameters and statistics that a session has for a model; those that no program has used yet, as they
     * start.
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
        for (LayerVariable variable : model.variables()) {
            arrays.put(variable.name(), laidOut(variable.layout(), session.value(variable.name())));
        }
        return arrays;
    }

    /**
     * Loads the parameters and statistics of a model into a session: all of them, or none where one does not fit. What the
     * tensors of others' files are called in the model is what the model says, {@link Layer#tensorNames}. The number of
     * batches that PyTorch keeps beside running statistics is left aside.
     *
     * @throws DataException if the file cannot be read, lacks a parameter, holds something else, or a shape differs
     */
    public static void load(Session session, Layer model, Path file) {
        load(session, model, file, model.tensorNames());
    }

    /**
     * Loads the parameters and statistics of a model from a file that has other names for them.
     *
     * @param names what the model calls the tensors of the file
     * @throws DataException as {@link #load(Session, Layer, Path)}; also if two tensors that differ have the same name
     */
    public static void load(Session session, Layer model, Path file, TensorNames names) {
        List<LayerVariable> variables = model.variables();
        List<String> wanted = variables.stream().map(LayerVariable::name).toList();
        Map<String, NDArray> arrays = renamed(file, names, wanted);
        for (LayerVariable variable : variables) {
            var type = new TensorType(DType.FLOAT32, variable.shape());
            check(variable.name(), type, variable.layout(), file, arrays);
        }
        for (String name : arrays.keySet()) {
            if (!wanted.contains(name)) {
                throw new DataException(
                        file + ": tensor '" + name + "' is no parameter of the model, which has " + some(wanted));
            }
        }
        declare(session, model);
        variables.forEach(
                variable -> session.set(variable.name(), laidOut(variable.layout(), arrays.get(variable.name()))));
    }

    /** The tensors of a file by the names that the model has for them. */
    private static Map<String, NDArray> renamed(Path file, TensorNames names, List<String> wanted) {
        var inModel = new HashMap<String, Optional<String>>();
        Map<String, NDArray> read = Safetensors.contents(
                        file,
                        name -> inModel.computeIfAbsent(
                                        name, key -> names.of(key).filter(own -> !isCount(own, wanted)))
                                .isPresent())
                .arrays();
        var renamed = new LinkedHashMap<String, NDArray>();
        read.forEach((name, array) -> {
            String own = inModel.get(name).orElseThrow();
            NDArray other = renamed.putIfAbsent(own, array);
            if (other != null && !isEqual(other, array)) {
                throw new DataException(file + ": tensor '" + name + "' and another one are both '" + own
                        + "' of the model, and they differ");
            }
        });
        return renamed;
    }

    /** PyTorch counts the batches that went into a running mean; nothing here asks for that. */
    private static boolean isCount(String name, List<String> wanted) {
        return name.endsWith(COUNT)
                && wanted.contains(name.substring(0, name.length() - COUNT.length()) + "running_mean");
    }

    private static boolean isEqual(NDArray one, NDArray other) {
        return one.dtype() == other.dtype()
                && one.shape().equals(other.shape())
                && one.bytes().equals(other.bytes());
    }

    /** Copies parameters and statistics from one session to another, which need not have met the model yet. */
    public static void copy(Session from, Session to, Layer model) {
        declare(from, model);
        declare(to, model);
        model.variables().forEach(variable -> to.set(variable.name(), from.value(variable.name())));
    }

    /** Fails where a file does not hold what a model needs. */
    static void check(String name, TensorType type, FileLayout layout, Path file, Map<String, NDArray> arrays) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new DataException(file + ": there is no tensor '" + name + "'; there are " + some(arrays.keySet()));
        }
        TensorType wanted = type.withShape(inFile(layout, type.shape()));
        var found = new TensorType(array.dtype(), array.shape());
        if (!found.equals(wanted)) {
            throw new DataException(file + ": tensor '" + name + "' is " + found + ", the model takes " + wanted);
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
