package dev.baton.compiler;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.compiler.Groups.Group;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import dev.baton.program.Placement;
import dev.baton.program.Program;
import dev.baton.program.Region;
import dev.baton.program.Space;
import dev.baton.spi.Backend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** From a graph of supported nodes to a program: kernels in their order, and the place of everything they touch. */
final class Kernels {

    private final Graph graph;
    private final Backend backend;
    private final Map<String, Long> variableOffsets;
    private final Fusion fusion;
    private final Map<Value, Buffer> buffers = new HashMap<>();
    private final Map<Buffer, Placement> placements = new LinkedHashMap<>();
    private final Map<String, Buffer> outputs = new LinkedHashMap<>();
    private final List<NDArray> constants = new ArrayList<>();
    private final List<Kernel> kernels = new ArrayList<>();
    private int created;
    private long constantBytes;
    private long outputBytes;

    private Kernels(Graph graph, Map<String, Long> variableOffsets, Backend backend) {
        this.graph = graph;
        this.backend = backend;
        this.variableOffsets = variableOffsets;
        this.fusion = new Fusion(graph);
    }

    static Program of(Graph graph, Map<String, Long> variableOffsets, Backend backend) {
        return new Kernels(graph, variableOffsets, backend).build();
    }

    private Program build() {
        Map<Value, String> inPlace = Assignments.inPlace(graph, fusion);
        List<Value> inputs = List.copyOf(graph.inputs().values());
        for (int i = 0; i < inputs.size(); i++) {
            place(buffer(inputs.get(i)), Space.INPUT, i, 0);
        }
        graph.variables().forEach((name, value) -> place(buffer(value), Space.VARIABLES, 0, variableOffsets.get(name)));
        inPlace.forEach((value, name) -> place(buffer(value), Space.VARIABLES, 0, variableOffsets.get(name)));
        graph.outputs().values().forEach(this::placeOutput);
        for (Group group : fusion.groups().inOrder()) {
            add(group);
        }
        graph.outputs().forEach((name, value) -> outputs.put(name, outputBuffer(value)));
        copyAssignments(inPlace);
        MemoryLayout.Layout layout = MemoryLayout.of(kernels, placements.keySet());
        placements.putAll(layout.placements());
        return new Program(
                graph,
                variableOffsets,
                kernels,
                placements,
                List.copyOf(outputs.values()),
                constants,
                new Program.Memory(layout.bytes(), layout.unsharedBytes(), constantBytes, outputBytes));
    }

    private Buffer buffer(Value value) {
        return buffers.computeIfAbsent(value, key -> newBuffer(key));
    }

    private Buffer newBuffer(Value value) {
        return new Buffer(created++, value.dtype(), value.shape().size());
    }

    private void place(Buffer buffer, Space space, int input, long offset) {
        placements.put(buffer, new Placement(space, input, offset));
    }

    /** What a kernel computes and is handed out is written where the host reads it. */
    private void placeOutput(Value value) {
        boolean computed = fusion.views().hasMemory(value) && !value.node().is(Primitive.Kind.LEAF);
        if (computed && !placements.containsKey(buffer(value))) {
            place(buffer(value), Space.OUTPUTS, 0, outputBytes);
            outputBytes += Program.aligned(buffer(value).bytes());
        }
    }

    private Buffer outputBuffer(Value value) {
        Buffer own = buffers.get(value);
        if (own != null && placements.containsKey(own) && placements.get(own).space() == Space.OUTPUTS) {
            return own;
        }
        Buffer copy = newBuffer(value);
        place(copy, Space.OUTPUTS, 0, outputBytes);
        outputBytes += Program.aligned(copy.bytes());
        copy(value, copy);
        return copy;
    }

    private void copy(Value value, Buffer target) {
        var region = new RegionBuilder(Views.sizes(value));
        int register = region.read(value, fusion.views().of(value), this::memory);
        kernels.add(new Kernel.Elementwise(
                region.copy(register, target), value.node().origin().layer()));
    }

    /** All old values are read before the first variable changes. */
    private void copyAssignments(Map<Value, String> inPlace) {
        var late = new LinkedHashMap<String, Buffer>();
        graph.assignments().forEach((name, value) -> {
            if (!inPlace.containsKey(value)) {
                Buffer computed = newBuffer(value);
                copy(value, computed);
                late.put(name, computed);
            }
        });
        late.forEach((name, computed) -> {
            Value variable = graph.variables().get(name);
            Buffer target = newBuffer(variable);
            place(target, Space.VARIABLES, 0, variableOffsets.get(name));
            kernels.add(new Kernel.Elementwise(RegionBuilder.plainCopy(computed, target), ""));
        });
    }

    /** The buffer of a value that has memory; constants get their place when they are first read. */
    private Buffer memory(Value value) {
        Buffer buffer = buffer(value);
        if (value.node().is(Primitive.CONSTANT) && !placements.containsKey(buffer)) {
            place(buffer, Space.CONSTANTS, 0, constantBytes);
            constantBytes += Program.aligned(buffer.bytes());
            constants.add(value.node().attributes().get("value", NDArray.class));
        }
        return buffer;
    }

    private Buffer input(Value value) {
        return memory(fusion.views().of(value).root());
    }

    private void add(Group group) {
        List<Node> nodes = group.nodes();
        Node first = nodes.get(0);
        Node product = nodes.stream()
                .filter(node -> node.is(Primitive.MATMUL))
                .findFirst()
                .orElse(null);
        if (product != null) {
            kernels.add(product(product, group, nodes));
        } else if (fusion.isPartOfRegion(first)) {
            kernels.add(new Kernel.Elementwise(region(group, nodes, null, Fusion.iterated(first)), layer(nodes)));
        } else if (first.is(Primitive.Kind.REDUCTION)) {
            kernels.add(reduction(first));
        } else if (!first.is(Primitive.Kind.LEAF) && !Views.moves(first) && !first.is(Primitive.RESHAPE)) {
            List<Buffer> written = new ArrayList<>();
            for (int i = 0; i < first.outputs().size(); i++) {
                written.add(buffer(first.output(i)));
            }
            long bytes = backend.scratch(first);
            Buffer scratch = bytes == 0 ? null : new Buffer(created++, DType.BOOL, bytes);
            kernels.add(new Kernel.Whole(
                    first, first.inputs().stream().map(this::input).toList(), written, scratch, backend.method(first)));
        }
    }

    private static String layer(List<Node> nodes) {
        return nodes.stream()
                .map(node -> node.origin().layer())
                .filter(layer -> !layer.isEmpty())
                .findFirst()
                .orElse("");
    }

    private Region region(Group group, List<Node> nodes, Value product, List<Long> shape) {
        var region = new RegionBuilder(shape);
        if (product != null) {
            region.product(product);
        }
        nodes.stream()
                .filter(node -> !node.is(Primitive.MATMUL))
                .forEach(node -> region.add(node, fusion.views(), this::memory));
        for (Value result : fusion.results(group)) {
            if (!result.equals(product)) {
                region.write(result, buffer(result));
            }
        }
        return region.build();
    }

    private Kernel product(Node node, Group group, List<Node> nodes) {
        Value value = node.output(0);
        List<Long> sizes = Views.sizes(value);
        int rank = sizes.size();
        long m = sizes.get(rank - 2);
        long n = sizes.get(rank - 1);
        long batch = sizes.subList(0, rank - 2).stream().reduce(1L, (a, b) -> a * b);
        boolean transposeA = node.attributes().flag("transposeA");
        long k = node.input(0).shape().size(transposeA ? rank - 2 : rank - 1);
        Region epilogue = nodes.size() == 1 ? null : region(group, nodes, value, List.of(batch, m, n));
        Buffer result = fusion.results(group).contains(value) ? buffer(value) : null;
        return new Kernel.Product(
                batch,
                m,
                n,
                k,
                node.attributes().flag(Primitive.BFLOAT16),
                factor(node.input(0), transposeA),
                factor(node.input(1), node.attributes().flag("transposeB")),
                result,
                epilogue,
                layer(nodes));
    }

    private Kernel.Factor factor(Value value, boolean transposed) {
        MatrixView view = MatrixView.of(fusion.views().of(value), value);
        return new Kernel.Factor(
                memory(view.root()), view.offset(), transposed != view.swapped(), view.rowStride(), view.batchStride());
    }

    private Kernel reduction(Node node) {
        Value input = node.input(0);
        int[] axes = node.attributes().axes("axes");
        List<Long> sizes = Views.sizes(input);
        int from = java.util.Arrays.stream(axes).min().orElse(sizes.size());
        int to = java.util.Arrays.stream(axes).max().orElse(from - 1) + 1;
        return new Kernel.Reduction(
                (Primitive) node.operation(),
                product(sizes.subList(0, from)),
                product(sizes.subList(from, to)),
                product(sizes.subList(to, sizes.size())),
                input(input),
                buffer(node.output(0)),
                node.origin().layer());
    }

    private static long product(List<Long> sizes) {
        return sizes.stream().reduce(1L, (a, b) -> a * b);
    }
}
