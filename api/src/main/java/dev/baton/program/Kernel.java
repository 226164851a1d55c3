package dev.baton.program;

import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One thing that a backend runs at a time. What a region or an epilogue writes, and the result of its product, may lie
 * where it reads an operand of the same strides: at each element everything is read before anything is written. A
 * claimed optimizer update may write a parameter's new state over the old one.
 */
public sealed interface Kernel {

    /** The buffers it reads. */
    Set<Buffer> reads();

    /** The buffers it writes. */
    List<Buffer> writes();

    /** What it computes, such as {@code matmul + add + relu}. */
    String label();

    /** The path and description of the layer that it comes from; empty outside of layers. */
    String layer();

    /** A fused elementwise expression. */
    record Elementwise(Region region, String layer) implements Kernel {

        @Override
        public Set<Buffer> reads() {
            return operandsOf(region);
        }

        @Override
        public List<Buffer> writes() {
            return region.outputs().stream().map(Region.Output::buffer).toList();
        }

        @Override
        public String label() {
            return region.label();
        }
    }

    /**
     * One side of a matrix product.
     *
     * @param offset elements from the start of the buffer to the first one
     * @param transposed whether rows and columns are swapped when it is read
     * @param rowStride elements from one row, as it lies in memory, to the next
     * @param batchStride elements from one matrix to the next; 0 repeats one
     */
    record Factor(Buffer buffer, long offset, boolean transposed, long rowStride, long batchStride) {

        /** Where an element of a matrix lies in the buffer, for values that fit into an array. */
        public int index(long matrix, long row, long column) {
            long inMatrix = transposed ? column * rowStride + row : row * rowStride + column;
            return Math.toIntExact(offset + matrix * batchStride + inMatrix);
        }
    }

    /**
     * [batch, m, k] x [batch, k, n], and what is computed from the result element by element before it leaves the
     * cache.
     *
     * @param bfloat16 whether the factors are rounded first
     * @param result where the product itself goes, perhaps in the place of an operand that the epilogue reads element
     *     by element, so that it is stored after the epilogue; null where only the epilogue reads it
     * @param epilogue over [batch, m, n]; null where there is none
     */
    record Product(
            long batch,
            long m,
            long n,
            long k,
            boolean bfloat16,
            Factor a,
            Factor b,
            Buffer result,
            Region epilogue,
            String layer)
            implements Kernel {

        @Override
        public Set<Buffer> reads() {
            Set<Buffer> read = epilogue == null ? new LinkedHashSet<>() : operandsOf(epilogue);
            read.add(a.buffer());
            read.add(b.buffer());
            return read;
        }

        @Override
        public List<Buffer> writes() {
            var written = new ArrayList<Buffer>();
            if (result != null) {
                written.add(result);
            }
            if (epilogue != null) {
                epilogue.outputs().forEach(output -> written.add(output.buffer()));
            }
            return written;
        }

        @Override
        public String label() {
            String product = bfloat16 ? "matmul of bfloat16" : "matmul";
            return epilogue == null ? product : product + " + " + epilogue.label();
        }
    }

    /** [outer, reduced, inner] -> [outer, inner]. */
    record Reduction(Primitive kind, long outer, long reduced, long inner, Buffer input, Buffer output, String layer)
            implements Kernel {

        @Override
        public Set<Buffer> reads() {
            return Set.of(input);
        }

        @Override
        public List<Buffer> writes() {
            return List.of(output);
        }

        @Override
        public String label() {
            return kind.label();
        }
    }

    /**
     * A node that runs by itself, with one buffer for each of its inputs and outputs: a primitive of kind {@link
     * Primitive.Kind#WHOLE}, or a composite that the backend has claimed.
     *
     * @param scratch memory that the kernel may use while it runs, of type bool; null where it wants none
     * @param method how the backend computes it, where it has a choice; empty otherwise
     */
    record Whole(Node node, List<Buffer> inputs, List<Buffer> outputs, Buffer scratch, String method)
            implements Kernel {

        public Whole {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }

        @Override
        public Set<Buffer> reads() {
            return new LinkedHashSet<>(inputs);
        }

        @Override
        public List<Buffer> writes() {
            var written = new ArrayList<>(outputs);
            if (scratch != null) {
                written.add(scratch);
            }
            return written;
        }

        @Override
        public String label() {
            String label = node.operation().label();
            String rounded = node.attributes().flag(Primitive.BFLOAT16) ? " of bfloat16" : "";
            return label + rounded + (method.isEmpty() ? "" : ", by " + method);
        }

        @Override
        public String layer() {
            return node.origin().layer();
        }
    }

    private static Set<Buffer> operandsOf(Region region) {
        var read = new LinkedHashSet<Buffer>();
        region.operands().stream()
                .filter(operand -> !operand.isProduct())
                .forEach(operand -> read.add(operand.buffer()));
        return read;
    }
}
