package dev.baton.compiler;

import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import dev.baton.program.Placement;
import dev.baton.program.Program;
import dev.baton.program.Region;
import dev.baton.program.Space;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives every intermediate value its place: two share memory where no kernel needs both, and a region's result takes
 * the place of an operand that nothing reads afterwards. Blocks are placed largest first, each at the lowest free place.
 */
final class MemoryLayout {

    /** Buffers that take each other's place, and the kernels from the first write to the last read. */
    private static final class Block {
        private final List<Buffer> buffers = new ArrayList<>();
        private final int first;
        private final long bytes;
        private int last;
        private long offset;

        Block(int first, long bytes) {
            this.first = first;
            this.last = first;
            this.bytes = bytes;
        }

        long end() {
            return offset + bytes;
        }

        boolean livesBeside(Block other) {
            return first <= other.last && other.first <= last;
        }
    }

    /**
     * @param placements of the intermediate values
     * @param bytes the size of the workspace
     * @param unsharedBytes what it would be if every value had memory of its own
     */
    record Layout(Map<Buffer, Placement> placements, long bytes, long unsharedBytes) {}

    private MemoryLayout() {}

    /**
     * Lays the workspace out.
     *
     * @param kernels in the order in which they run
     * @param elsewhere buffers that have a place already
     */
    static Layout of(List<Kernel> kernels, Set<Buffer> elsewhere) {
        Map<Buffer, Integer> lastReads = new HashMap<>();
        for (int i = 0; i < kernels.size(); i++) {
            for (Buffer buffer : kernels.get(i).reads()) {
                lastReads.put(buffer, i);
            }
        }
        var blocks = new LinkedHashMap<Buffer, Block>();
        for (int i = 0; i < kernels.size(); i++) {
            var taken = new HashSet<Block>();
            for (Buffer buffer : kernels.get(i).writes()) {
                if (!elsewhere.contains(buffer)) {
                    Block block = dyingOperand(kernels.get(i), i, buffer, lastReads, blocks, taken);
                    if (block == null) {
                        block = new Block(i, Program.aligned(buffer.bytes()));
                    }
                    taken.add(block);
                    block.buffers.add(buffer);
                    block.last = Math.max(i, lastReads.getOrDefault(buffer, i));
                    blocks.put(buffer, block);
                }
            }
        }
        return place(blocks);
    }

    /** The block of an operand that a region reads for the last time, element by element; null if there is none. */
    private static Block dyingOperand(
            Kernel kernel,
            int index,
            Buffer result,
            Map<Buffer, Integer> lastReads,
            Map<Buffer, Block> blocks,
            Set<Block> taken) {
        Region region = kernel instanceof Kernel.Elementwise elementwise
                ? elementwise.region()
                : kernel instanceof Kernel.Product product ? product.epilogue() : null;
        if (region == null) {
            return null;
        }
        for (Buffer operand : kernel.reads()) {
            Block block = blocks.get(operand);
            boolean isFactor = kernel instanceof Kernel.Product product
                    && (operand.equals(product.a().buffer())
                            || operand.equals(product.b().buffer()));
            if (block != null
                    && !isFactor
                    && !taken.contains(block)
                    && block.last == index
                    && lastReads.get(operand) == index
                    && operand.dtype() == result.dtype()
                    && operand.elements() == result.elements()
                    && region.readsInStep(operand)) {
                return block;
            }
        }
        return null;
    }

    private static Layout place(Map<Buffer, Block> blocks) {
        List<Block> bySize = blocks.values().stream()
                .distinct()
                .sorted(Comparator.comparingLong((Block block) -> -block.bytes).thenComparingInt(block -> block.first))
                .toList();
        var placed = new ArrayList<Block>();
        long bytes = 0;
        for (Block block : bySize) {
            block.offset = lowestFree(block, placed);
            int index = Collections.binarySearch(placed, block, Comparator.comparingLong(other -> other.offset));
            placed.add(index < 0 ? -index - 1 : index, block);
            bytes = Math.max(bytes, block.end());
        }
        var placements = new LinkedHashMap<Buffer, Placement>();
        blocks.forEach((buffer, block) -> placements.put(buffer, new Placement(Space.WORKSPACE, 0, block.offset)));
        long unshared = blocks.keySet().stream()
                .mapToLong(buffer -> Program.aligned(buffer.bytes()))
                .sum();
        return new Layout(placements, bytes, unshared);
    }

    /**
     * The lowest offset at which a block meets no other.
     *
     * @param placed by their offsets
     */
    private static long lowestFree(Block block, List<Block> placed) {
        long offset = 0;
        for (Block other : placed) {
            if (other.offset >= offset + block.bytes) {
                break;
            }
            if (other.end() > offset && other.livesBeside(block)) {
                offset = other.end();
            }
        }
        return offset;
    }
}
