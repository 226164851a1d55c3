package dev.baton.cost;

import dev.baton.graph.Graph;
import dev.baton.program.Kernel;
import dev.baton.program.Placement;
import dev.baton.program.Program;
import dev.baton.program.Space;
import dev.baton.runtime.Session;
import java.util.Map;

/**
 * What kernels take longer one after the other than each alone, again and again on the same values: what one has written and
 * the next reads lies in another core's cache, half of it with two of them. Products read early enough not to wait for it.
 */
final class Handover {

    private static final double BUDGET = 0.3;

    /** Of what was written, so much is still in a core's cache at the most; the rest comes from further away for everybody. */
    private static final double MOST_BYTES = 256 * 1024;

    private Handover() {}

    /** Seconds a byte, as a step of a small network shows them. */
    static double measure(KernelTimes alone, Session session) {
        Graph step = Probes.network();
        Program program = session.program(step, Map.of());
        double together = new Stopwatch(session).seconds(step, BUDGET);
        return Math.max(0, (together - alone.seconds(program)) / bytes(program));
    }

    /** How many bytes are handed over in a program. */
    static double bytes(Program program) {
        return program.kernels().stream()
                .filter(kernel -> !(kernel instanceof Kernel.Product))
                .mapToDouble(kernel -> bytes(program, kernel))
                .sum();
    }

    private static double bytes(Program program, Kernel kernel) {
        double bytes = 0;
        for (var read : Traffic.of(kernel).reads().entrySet()) {
            Placement place = program.placement(read.getKey());
            bytes += place.space() == Space.WORKSPACE ? read.getValue() : 0;
        }
        return Math.min(bytes, MOST_BYTES);
    }
}
