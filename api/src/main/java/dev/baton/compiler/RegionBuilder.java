package dev.baton.compiler;

import dev.baton.NDArray;
import dev.baton.graph.Attributes;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import dev.baton.program.Buffer;
import dev.baton.program.Region;
import dev.baton.program.Region.Instruction;
import dev.baton.program.Region.Operand;
import dev.baton.program.Strides;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Collects the operands and instructions of one region. While it is built, registers of instructions count down from
 * -1, because the number of operands is not known yet.
 */
final class RegionBuilder {

    private final List<Long> shape;
    private final List<Operand> operands = new ArrayList<>();
    private final List<Instruction> instructions = new ArrayList<>();
    private final List<Region.Output> outputs = new ArrayList<>();
    private final Map<Value, Integer> computed = new HashMap<>();

    /** What has a register because of what it is: an operand, or a number as the bits of a double. */
    private final Map<Object, Integer> known = new HashMap<>();

    RegionBuilder(List<Long> shape) {
        this.shape = shape;
    }

    /** The result of the matrix product that the region belongs to. */
    void product(Value product) {
        computed.put(product, operand(new Operand(null, 0, Strides.rowMajor(shape))));
    }

    private int operand(Operand operand) {
        return known.computeIfAbsent(operand, key -> {
            operands.add(operand);
            return operands.size() - 1;
        });
    }

    private int instruction(Instruction instruction) {
        instructions.add(instruction);
        return -instructions.size();
    }

    /** The register of a value: computed here, a number, or read from memory. */
    int read(Value value, Views.View view, Function<Value, Buffer> memory) {
        Integer register = computed.get(value);
        if (register != null) {
            return register;
        }
        Node root = view.root().node();
        if (root.is(Primitive.CONSTANT)) {
            NDArray array = root.attributes().get("value", NDArray.class);
            double number = array.size() == 1 ? array.get(0) : 0;
            // Integers beyond 2^53 are not exact as doubles.
            if (array.size() == 1 && Math.abs(number) <= 1L << 53) {
                var key = List.of(value.dtype(), Double.doubleToRawLongBits(number));
                return known.computeIfAbsent(
                        key,
                        unused -> instruction(new Instruction(
                                Primitive.CONSTANT, value.dtype(), List.of(), Attributes.of(Region.NUMBER, number))));
            }
        }
        Buffer buffer = memory.apply(view.root());
        return operand(new Operand(buffer, view.offset(), inShape(Views.sizes(value), view.strides())));
    }

    /** A view's strides for the region's shape: leading dimensions of a product's batch are one there. */
    private List<Long> inShape(List<Long> sizes, List<Long> strides) {
        if (sizes.isEmpty()) {
            return Collections.nCopies(shape.size(), 0L);
        }
        if (sizes.size() == shape.size()) {
            return strides;
        }
        var padded = new ArrayList<>(Collections.nCopies(shape.size() - strides.size(), 0L));
        padded.addAll(strides);
        return padded;
    }

    /** Computes a node here. */
    void add(Node node, Views views, Function<Value, Buffer> memory) {
        List<Integer> arguments = new ArrayList<>();
        boolean movement = Views.moves(node) || node.is(Primitive.RESHAPE);
        if (Views.moves(node)) {
            arguments.add(read(node.output(0), views.through(node), memory));
        } else {
            node.inputs().forEach(input -> arguments.add(read(input, views.of(input), memory)));
        }
        var operation = movement ? Primitive.RESHAPE : node.operation();
        computed.put(
                node.output(0),
                instruction(new Instruction(operation, node.outputs().get(0).dtype(), arguments, node.attributes())));
    }

    /** Writes a computed value. */
    void write(Value value, Buffer buffer) {
        outputs.add(new Region.Output(computed.get(value), buffer));
    }

    Region build() {
        int first = operands.size();
        var renumbered = instructions.stream()
                .map(one -> new Instruction(
                        one.operation(),
                        one.dtype(),
                        one.arguments().stream()
                                .map(register -> number(register, first))
                                .toList(),
                        one.attributes()))
                .toList();
        var written = outputs.stream()
                .map(output -> new Region.Output(number(output.register(), first), output.buffer()))
                .toList();
        var region = new Region(shape, operands, renumbered, written);
        return operands.stream().anyMatch(Operand::isProduct) ? region : joined(region);
    }

    /** The region over fewer dimensions: neighbours through which every operand steps as through one are joined. */
    private static Region joined(Region region) {
        var sizes = new ArrayList<>(region.shape());
        var strides = new ArrayList<List<Long>>();
        region.operands().forEach(operand -> strides.add(new ArrayList<>(operand.strides())));
        for (int inner = sizes.size() - 1; inner > 0; inner--) {
            int outer = inner - 1;
            int last = inner;
            long size = sizes.get(inner);
            boolean one = strides.stream().allMatch(each -> each.get(outer) == each.get(last) * size);
            if (one || size == 1 || sizes.get(outer) == 1) {
                // The stride along a dimension of size 1 means nothing.
                int kept = size == 1 ? outer : inner;
                sizes.set(outer, sizes.get(outer) * size);
                sizes.remove(inner);
                strides.forEach(each -> {
                    each.set(outer, each.get(kept));
                    each.remove(last);
                });
            }
        }
        var operands = new ArrayList<Operand>();
        for (int i = 0; i < strides.size(); i++) {
            Operand operand = region.operands().get(i);
            operands.add(new Operand(operand.buffer(), operand.offset(), strides.get(i)));
        }
        return new Region(sizes, operands, region.instructions(), region.outputs());
    }

    private static int number(int register, int operands) {
        return register >= 0 ? register : operands - register - 1;
    }

    /** The region that copies a register and does nothing else. */
    Region copy(int register, Buffer target) {
        int copied =
                instruction(new Instruction(Primitive.RESHAPE, target.dtype(), List.of(register), Attributes.none()));
        outputs.add(new Region.Output(copied, target));
        return build();
    }

    static Region plainCopy(Buffer source, Buffer target) {
        var builder = new RegionBuilder(List.of(source.elements()));
        return builder.copy(builder.operand(new Operand(source, 0, List.of(1L))), target);
    }
}
