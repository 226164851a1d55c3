package dev.baton.program;

import dev.baton.NDArray;
import dev.baton.graph.Graph;
import dev.baton.graph.Value;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a backend compiles: kernels in the order in which they run, and the place of everything that they touch.
 *
 * @param graph what the kernels compute, for backends that walk it node by node; all its composites are claimed
 * @param variableOffsets for each variable, the offset in bytes into the session's memory of variables
 * @param kernels in the order in which they run
 * @param placements the place of every buffer
 * @param outputBuffers the buffers that the host reads, in the order of {@link #outputs}
 * @param constants the constants that kernels read, in the order of their places
 * @param memory how much of each space it needs
 */
public record Program(
        Graph graph,
        Map<String, Long> variableOffsets,
        List<Kernel> kernels,
        Map<Buffer, Placement> placements,
        List<Buffer> outputBuffers,
        List<NDArray> constants,
        Memory memory) {

    /**
     * Bytes for one step.
     *
     * @param workspace of intermediate values
     * @param unshared what the workspace would be if every value had memory of its own
     */
    public record Memory(long workspace, long unshared, long constants, long outputs) {

        /** A number of bytes for people, for instance {@code 1.3 MiB}. */
        public static String inWords(long bytes) {
            double size = bytes;
            for (String unit : new String[] {"bytes", "KiB", "MiB", "GiB"}) {
                if (size < 1024) {
                    return String.format(Locale.ROOT, unit.equals("bytes") ? "%.0f %s" : "%.1f %s", size, unit);
                }
                size /= 1024;
            }
            return String.format(Locale.ROOT, "%,.1f TiB", size);
        }
    }

    public Program {
        variableOffsets = Map.copyOf(variableOffsets);
        kernels = List.copyOf(kernels);
        placements = Map.copyOf(placements);
        outputBuffers = List.copyOf(outputBuffers);
        constants = List.copyOf(constants);
    }

    /** The inputs in the order in which {@code Plan.run} takes them. */
    public List<Value> inputs() {
        return List.copyOf(graph.inputs().values());
    }

    /** The outputs in the order in which {@code Plan.read} numbers them. */
    public List<Value> outputs() {
        return List.copyOf(graph.outputs().values());
    }

    /** Where a buffer lies. */
    public Placement placement(Buffer buffer) {
        return placements.get(buffer);
    }

    /**
     * Where the next of several blocks in one space starts, after one of so many bytes: whole cache lines, and not whole
     * pages. Processors tell recent reads and writes apart by the last 12 bits of an address, so that equal blocks which a
     * kernel walks through side by side would hinder each other: an addition of two arrays took 1.6 times as long.
     */
    public static long aligned(long bytes) {
        long lines = (bytes + 63) / 64 * 64;
        return lines > 0 && lines % 4096 == 0 ? lines + 5 * 64 : lines;
    }

    /** One kernel a line, with what was fused and the layer it comes from, then the memory. */
    public String explain() {
        var text = new StringBuilder();
        for (int i = 0; i < kernels.size(); i++) {
            Kernel kernel = kernels.get(i);
            text.append(String.format(Locale.ROOT, "%3d  %s%s\n", i + 1, kernel.label(), KernelText.details(kernel)));
        }
        long variables = graph.variables().values().stream()
                .mapToLong(value -> value.type().bytes())
                .sum();
        text.append(String.format(
                Locale.ROOT,
                "memory: workspace %,d bytes (%,d without sharing), variables %,d, constants %,d, outputs %,d",
                memory.workspace(),
                memory.unshared(),
                variables,
                memory.constants(),
                memory.outputs()));
        return text.toString();
    }
}
