package dev.baton.compiler;

import dev.baton.Shape;
import dev.baton.compiler.Part.Range;
import dev.baton.composite.LayerNormalization;
import dev.baton.composite.QuantizedProduct;
import dev.baton.composite.RmsNormalization;
import dev.baton.composite.Softmax;
import dev.baton.graph.Composite;
import dev.baton.graph.Emitter;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a node computes where a part of its first result is all that is read.
 *
 * @param part at least what is read
 * @param inputs what it needs of each input
 * @param computation of these
 */
record PartialNode(Part part, List<Part> inputs, Computation computation) {

    /** Gives the part of the result. */
    @FunctionalInterface
    interface Computation {

        /**
         * @param inputs the parts of the node's inputs
         */
        Value apply(Emitter emit, List<Value> inputs);
    }

    /**
     * @param read of the node's first result
     * @return null where the node cannot compute less than all of it
     */
    static PartialNode of(Node node, Part read) {
        PartialNode partial = node.operation() instanceof Primitive primitive
                ? ofPrimitive(node, primitive, read)
                : ofComposite(node, (Composite) node.operation(), read);
        return partial == null || partial.part.isWhole() ? null : partial;
    }

    private static PartialNode ofPrimitive(Node node, Primitive primitive, Part read) {
        return switch (primitive.kind()) {
            case ELEMENTWISE -> elementwise(node, read);
            case REDUCTION -> reduction(node, read);
            case MATMUL -> product(node, read);
            case MOVEMENT -> movement(node, primitive, read);
            case WHOLE -> primitive == Primitive.GATHER ? gather(node, read) : null;
            case LEAF -> null;
        };
    }

    private static PartialNode ofComposite(Node node, Composite composite, Part read) {
        if (composite.isElementwise()) {
            return elementwise(node, read);
        } else if (composite == LayerNormalization.FORWARD || composite == RmsNormalization.FORWARD) {
            int last = (int) node.attributes().integer(LayerNormalization.DIMENSIONS);
            int rank = read.ranges().size();
            return rows(node, wholeAlong(read, IntStream.range(rank - last, rank)), rank - last, Set.of(0));
        } else if (composite instanceof Softmax) {
            return elementwise(node, read.wholeAlong((int) node.attributes().integer(Softmax.AXIS)));
        } else if (composite == QuantizedProduct.LINEAR) {
            int last = read.ranges().size() - 1;
            return rows(node, read.wholeAlong(last), last, Set.of(0, 4));
        }
        return PartialAttention.of(node, read);
    }

    /** The node itself over what there is of its inputs. */
    private static PartialNode same(Node node, Part part, List<Part> inputs) {
        return new PartialNode(
                part,
                inputs,
                (emit, values) -> emit.builder()
                        .add(node.operation(), values, node.attributes())
                        .output(0));
    }

    private static PartialNode elementwise(Node node, Part part) {
        boolean isAlike = node.inputs().stream()
                .allMatch(input -> input.shape().equals(node.output(0).shape()));
        return isAlike ? same(node, part, Collections.nCopies(node.inputs().size(), part)) : null;
    }

    private static Part wholeAlong(Part part, IntStream axes) {
        return axes.boxed().reduce(part, Part::wholeAlong, Part::with);
    }

    /**
     * What keeps rows apart.
     *
     * @param leading how many dimensions count the rows
     * @param ofRows the inputs that have them; others belong to all rows
     */
    private static PartialNode rows(Node node, Part part, int leading, Set<Integer> ofRows) {
        List<Part> inputs = IntStream.range(0, node.inputs().size())
                .mapToObj(i -> {
                    Part whole = Part.whole(node.input(i).shape());
                    return ofRows.contains(i) ? rowsOf(whole, part, leading) : whole;
                })
                .toList();
        return same(node, part, inputs);
    }

    private static Part rowsOf(Part whole, Part part, int leading) {
        return Part.of(Stream.concat(
                part.ranges().stream().limit(leading), whole.ranges().stream().skip(leading)));
    }

    private static PartialNode reduction(Node node, Part part) {
        Part input = Part.whole(node.input(0).shape());
        List<Integer> reduced =
                Arrays.stream(node.attributes().axes("axes")).boxed().toList();
        // What has periods is read as one dimension more.
        boolean hasPeriods = !part.ranges().stream().allMatch(Part.Range::isPlain);
        if (hasPeriods && input.ranges().size() == Shape.MAX_RANK) {
            return null;
        }
        int kept = 0;
        for (int axis = 0; axis < input.ranges().size(); axis++) {
            if (!reduced.contains(axis)) {
                input = input.with(axis, part.range(kept++));
            }
        }
        return same(node, part, List.of(input));
    }

    /** Rows of the left factor and columns of the right one. */
    private static PartialNode product(Node node, Part read) {
        int rank = read.ranges().size();
        boolean transposedA = node.attributes().flag("transposeA");
        Part part = read;
        for (int axis = 0; axis < rank; axis++) {
            // Others than rows one after the other are no matrix to read.
            boolean mayHavePeriods = axis == rank - 2 && !transposedA;
            part = part.range(axis).isPlain() || mayHavePeriods ? part : part.wholeAlong(axis);
        }
        Part left = Part.whole(node.input(0).shape()).with(transposedA ? rank - 1 : rank - 2, part.range(rank - 2));
        boolean transposedB = node.attributes().flag("transposeB");
        Part right = Part.whole(node.input(1).shape()).with(transposedB ? rank - 2 : rank - 1, part.range(rank - 1));
        for (int axis = 0; axis < rank - 2; axis++) {
            left = left.with(axis, part.range(axis));
            right = right.with(axis, part.range(axis));
        }
        return same(node, part, List.of(left, right));
    }

    private static PartialNode movement(Node node, Primitive primitive, Part read) {
        return switch (primitive) {
            case RESHAPE -> {
                Part input = ReshapedPart.of(read, node.input(0).shape());
                yield input == null
                        ? null
                        : new PartialNode(
                                read, List.of(input), (emit, values) -> emit.reshape(values.get(0), read.shape()));
            }
            case TRANSPOSE -> {
                Part input = Part.whole(node.input(0).shape());
                int[] axes = node.attributes().axes("axes");
                for (int axis = 0; axis < axes.length; axis++) {
                    input = input.with(axes[axis], read.range(axis));
                }
                yield same(node, read, List.of(input));
            }
            case BROADCAST -> broadcast(node, read);
            case SLICE -> slice(node, read);
            default -> null;
        };
    }

    private static PartialNode broadcast(Node node, Part read) {
        Part input = Part.whole(node.input(0).shape());
        int leading = read.ranges().size() - input.ranges().size();
        for (int axis = 0; axis < input.ranges().size(); axis++) {
            Range range = read.range(leading + axis);
            input = input.range(axis).size() == range.size() ? input.with(axis, range) : input;
        }
        return new PartialNode(read, List.of(input), (emit, values) -> emit.broadcast(values.get(0), read.shape()));
    }

    private static PartialNode slice(Node node, Part read) {
        long[] starts = node.attributes().get("starts", long[].class);
        var ranges = new ArrayList<Range>();
        for (int axis = 0; axis < starts.length; axis++) {
            Range range = read.range(axis);
            long size = node.input(0).shape().size(axis);
            if (range.size() == size) {
                ranges.add(range);
            } else if (range.isPlain()) {
                ranges.add(Range.of(size, starts[axis] + range.start(), starts[axis] + range.end()));
            } else {
                return null;
            }
        }
        return new PartialNode(read, List.of(new Part(List.copyOf(ranges))), (emit, values) -> values.get(0));
    }

    /** Some of the indices; rows of a table are taken as they are. */
    private static PartialNode gather(Node node, Part read) {
        int indices = node.input(1).shape().rank();
        Part part = wholeAlong(read, IntStream.range(indices, read.ranges().size()));
        Part taken = Part.of(part.ranges().stream().limit(indices));
        return same(node, part, List.of(Part.whole(node.input(0).shape()), taken));
    }
}
