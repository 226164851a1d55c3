package dev.baton.cost;

import dev.baton.DType;
import dev.baton.graph.Primitive;
import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import dev.baton.program.Region;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The bytes that a kernel moves: what it reads of each buffer, and what it writes. */
final class Traffic {

    private final Map<Buffer, Long> reads = new LinkedHashMap<>();
    private final Map<Buffer, Long> writes = new LinkedHashMap<>();

    private Traffic() {}

    /** Of a kernel, where nothing is left in a cache from the kernel before. */
    static Traffic of(Kernel kernel) {
        var traffic = new Traffic();
        if (kernel instanceof Kernel.Elementwise elementwise) {
            traffic.region(elementwise.region());
        } else if (kernel instanceof Kernel.Product product) {
            traffic.product(product);
        } else if (kernel instanceof Kernel.Whole whole) {
            traffic.whole(whole);
        } else {
            kernel.reads().forEach(buffer -> traffic.read(buffer, buffer.bytes()));
            kernel.writes().forEach(buffer -> traffic.write(buffer, buffer.bytes()));
        }
        return traffic;
    }

    /** Bytes by the buffer that they are read from. */
    Map<Buffer, Long> reads() {
        return reads;
    }

    /** Bytes by the buffer that they are written to. */
    Map<Buffer, Long> writes() {
        return writes;
    }

    long bytes() {
        return sum(reads) + sum(writes);
    }

    private static long sum(Map<Buffer, Long> bytes) {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    private void read(Buffer buffer, long bytes) {
        reads.merge(buffer, Math.min(bytes, buffer.bytes()), (a, b) -> Math.min(a + b, buffer.bytes()));
    }

    private void write(Buffer buffer, long bytes) {
        writes.merge(buffer, Math.min(bytes, buffer.bytes()), Math::max);
    }

    private void region(Region region) {
        for (Region.Operand operand : region.operands()) {
            if (!operand.isProduct()) {
                DType dtype = operand.buffer().dtype();
                read(operand.buffer(), visited(region.shape(), operand.strides()) * dtype.bytes());
            }
        }
        region.outputs()
                .forEach(output -> write(output.buffer(), output.buffer().bytes()));
    }

    /** How many different elements a view has; one that is repeated stays in the cache. */
    private static long visited(List<Long> shape, List<Long> strides) {
        long elements = 1;
        for (int i = 0; i < shape.size(); i++) {
            elements *= strides.get(i) == 0 ? 1 : shape.get(i);
        }
        return elements;
    }

    private void product(Kernel.Product product) {
        factor(product.a(), product.batch(), product.m() * product.k());
        factor(product.b(), product.batch(), product.k() * product.n());
        if (product.result() != null) {
            write(product.result(), product.result().bytes());
        }
        if (product.epilogue() != null) {
            region(product.epilogue());
        }
    }

    private void factor(Kernel.Factor factor, long batch, long elements) {
        long matrices = factor.batchStride() == 0 ? 1 : batch;
        read(factor.buffer(), matrices * elements * factor.buffer().dtype().bytes());
    }

    private void whole(Kernel.Whole whole) {
        boolean rows = whole.node().is(Primitive.GATHER);
        for (int i = 0; i < whole.inputs().size(); i++) {
            // Of a table only the rows that are asked for.
            Buffer buffer = whole.inputs().get(i);
            read(buffer, rows && i == 0 ? whole.outputs().get(0).bytes() : buffer.bytes());
        }
        whole.outputs().forEach(buffer -> write(buffer, buffer.bytes()));
    }
}
