package dev.baton.onnx.read;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.onnx.format.AttributeDef;
import dev.baton.onnx.format.GraphDef;
import dev.baton.onnx.format.Model;
import dev.baton.onnx.format.NodeDef;
import dev.baton.onnx.format.OperatorSet;
import dev.baton.onnx.format.ShapeDef;
import dev.baton.onnx.format.TensorDef;
import dev.baton.onnx.format.ValueDef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an ONNX file holds, checked: every name is there once, and before it is used. */
public final class OnnxFile {

    /** The versions of the operators whose meaning is known here. */
    static final int OLDEST = 6;

    static final int NEWEST = 25;

    private final String name;
    private final int opset;
    private final List<NodeSpec> nodes = new ArrayList<>();
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();
    private final List<Declared> inputs = new ArrayList<>();
    private final List<Declared> outputs = new ArrayList<>();
    private final Set<String> learnt = new LinkedHashSet<>();
    private final Set<String> statistics = new LinkedHashSet<>();

    private OnnxFile(Path file, Model model) {
        this.name = file.getFileName().toString();
        if (!model.hasGraph()) {
            throw new DataException("there is no graph in it");
        }
        this.opset = opset(model);
        GraphDef graph = model.getGraph();
        readArrays(graph, new ExternalData(file));
        for (ValueDef input : graph.getInputList()) {
            // Old files name what is learnt among the inputs.
            if (!arrays.containsKey(input.getName())) {
                inputs.add(declared(input, "input"));
            }
        }
        graph.getOutputList().forEach(output -> outputs.add(declared(output, "output")));
        graph.getNodeList().forEach(node -> nodes.add(node(node)));
        checkNames();
        checkOperators(model);
        findLearnt();
    }

    /**
     * Reads a file.
     *
     * @throws DataException if it cannot be read, is damaged, or needs an operator that there is none of here
     */
    public static OnnxFile read(Path file) {
        try (var stream = Files.newInputStream(file)) {
            return new OnnxFile(file, Model.parseFrom(CodedInputStream.newInstance(stream)));
        } catch (NoSuchFileException e) {
            throw new DataException(file + ": there is no such file", e);
        } catch (InvalidProtocolBufferException e) {
            throw new DataException(file + ": no ONNX model, or a part of one: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (DataException e) {
            throw new DataException(file + ": " + e.getMessage(), e);
        }
    }

    private static int opset(Model model) {
        long version = -1;
        for (OperatorSet set : model.getOpsetList()) {
            if (isStandard(set.getDomain())) {
                version = set.getVersion();
            }
        }
        boolean usesStandard = model.getGraph().getNodeList().stream().anyMatch(node -> isStandard(node.getDomain()));
        if (version < 0 && !usesStandard) {
            // Then only what it needs of others is of interest.
            return NEWEST;
        }
        if (version < OLDEST || version > NEWEST) {
            throw new DataException(
                    version < 0
                            ? "it does not say which version of the operators it was written for"
                            : "it was written for version " + version + " of the operators, and Baton reads " + OLDEST
                                    + " to " + NEWEST + ": ONNX's own converter of versions turns one into another");
        }
        return (int) version;
    }

    private static boolean isStandard(String domain) {
        return domain.isEmpty() || domain.equals("ai.onnx");
    }

    private void readArrays(GraphDef graph, ExternalData external) {
        if (graph.getSparseInitializerCount() > 0) {
            throw new DataException("it has sparse weights, which Baton does not read");
        }
        for (TensorDef tensor : graph.getInitializerList()) {
            String where = "initializer '" + tensor.getName() + "'";
            if (tensor.getName().isEmpty()) {
                throw new DataException("an initializer has no name");
            }
            if (arrays.containsKey(tensor.getName())) {
                throw new DataException(where + " is there twice");
            }
            arrays.put(tensor.getName(), ArrayReader.read(tensor, where, external));
        }
    }

    private static Declared declared(ValueDef value, String kind) {
        String where = kind + " '" + value.getName() + "'";
        if (value.getName().isEmpty()) {
            throw new DataException("an " + kind + " has no name");
        }
        if (!value.getType().hasTensor()) {
            throw new DataException(
                    where + " is no tensor; Baton reads neither sequences nor maps nor optional values");
        }
        var tensor = value.getType().getTensor();
        DType dtype = tensor.hasElementType() ? ArrayReader.dtype(tensor.getElementType(), where) : null;
        if (!tensor.hasShape()) {
            return new Declared(value.getName(), dtype, null);
        }
        var dims = new ArrayList<Dim>();
        for (ShapeDef.Dimension dim : tensor.getShape().getDimensionList()) {
            if (dim.hasSize() && dim.getSize() < 0) {
                throw new DataException(where + " has a negative size");
            }
            dims.add(
                    dim.hasSize()
                            ? Dim.of(dim.getSize())
                            : dim.getSymbol().isBlank() ? null : Dim.symbol(dim.getSymbol()));
        }
        return new Declared(value.getName(), dtype, Collections.unmodifiableList(dims));
    }

    private NodeSpec node(NodeDef node) {
        String given = node.getOutputList().stream()
                .filter(output -> !output.isEmpty())
                .findFirst()
                .orElse("");
        var attributes = new LinkedHashMap<String, AttributeDef>();
        String domain = isStandard(node.getDomain()) ? "" : node.getDomain();
        var spec = new NodeSpec(
                node.getOperator(),
                node.getName().isEmpty() ? given : node.getName(),
                domain,
                List.copyOf(node.getInputList()),
                List.copyOf(node.getOutputList()),
                attributes);
        for (AttributeDef attribute : node.getAttributeList()) {
            if (attributes.put(attribute.getName(), attribute) != null) {
                throw new DataException(spec + " has attribute '" + attribute.getName() + "' twice");
            }
        }
        return spec;
    }

    private void checkNames() {
        Set<String> known = new HashSet<>(arrays.keySet());
        for (Declared input : inputs) {
            if (!known.add(input.name())) {
                throw new DataException("there are two inputs named '" + input.name() + "'");
            }
        }
        for (NodeSpec node : nodes) {
            for (String input : node.inputs()) {
                if (!input.isEmpty() && !known.contains(input)) {
                    throw new DataException(
                            node + " reads '" + input
                                    + "', which nothing before it gives: the nodes are out of order or in a circle, or one is missing");
                }
            }
            for (String output : node.outputs()) {
                if (!output.isEmpty() && !known.add(output)) {
                    throw new DataException(
                            node + " gives '" + output + "', and there is something of that name already");
                }
            }
        }
        if (outputs.isEmpty()) {
            throw new DataException("the model gives nothing: it has no output");
        }
        for (Declared output : outputs) {
            if (!known.contains(output.name())) {
                throw new DataException("nothing gives the output '" + output.name() + "'");
            }
        }
    }

    /** All at once, so that nobody has to find them one by one. */
    private void checkOperators(Model model) {
        var missing = new LinkedHashMap<String, List<String>>();
        for (NodeSpec node : nodes) {
            if (!Operators.knows(node)) {
                String operator = (node.domain().isEmpty() ? "" : node.domain() + ".") + node.operator();
                missing.computeIfAbsent(operator, none -> new ArrayList<>()).add(node.name());
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        var text = new StringBuilder("Baton has no form for these operators of set " + opset + ":");
        missing.forEach((operator, names) -> {
            text.append("\n  ")
                    .append(operator)
                    .append(" (node '")
                    .append(names.get(0))
                    .append('\'');
            text.append(names.size() > 1 ? " and " + (names.size() - 1) + " more)" : ")");
        });
        throw new DataException(text.toString());
    }

    /** Which arrays are weights: those of float32 that are more than one number and no setting of an operator. */
    private void findLearnt() {
        Set<String> settings = new HashSet<>();
        for (NodeSpec node : nodes) {
            for (int i = 0; i < node.inputs().size(); i++) {
                String input = node.inputs().get(i);
                NDArray array = arrays.get(input);
                if (array == null) {
                    continue;
                }
                if (array.dtype() != DType.FLOAT32 || array.shape().rank() == 0 || Operators.isSetting(node, i)) {
                    settings.add(input);
                } else if (Operators.isStatistic(node, i)) {
                    statistics.add(input);
                } else {
                    learnt.add(input);
                }
            }
        }
        statistics.removeAll(learnt);
        statistics.removeAll(settings);
        learnt.removeAll(settings);
    }

    /** The file's name. */
    public String name() {
        return name;
    }

    /** The version of the operators. */
    int opset() {
        return opset;
    }

    List<NodeSpec> nodes() {
        return nodes;
    }

    /** What the model is given. */
    public List<Declared> inputs() {
        return Collections.unmodifiableList(inputs);
    }

    /** What it gives. */
    public List<Declared> outputs() {
        return Collections.unmodifiableList(outputs);
    }

    /** All arrays by name. */
    public Map<String, NDArray> arrays() {
        return Collections.unmodifiableMap(arrays);
    }

    /** The names of the arrays that are learnt. */
    public Set<String> learnt() {
        return Collections.unmodifiableSet(learnt);
    }

    /** The names of those that are gathered in training. */
    public Set<String> statistics() {
        return Collections.unmodifiableSet(statistics);
    }
}
