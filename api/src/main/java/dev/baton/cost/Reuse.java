package dev.baton.cost;

import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import dev.baton.program.Placement;
import dev.baton.program.Program;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Follows a program through its memory: how many bytes were touched since each block was last touched. */
final class Reuse {

    private static final long BLOCK = 16 * 1024;

    private record Block(int space, long number) {}

    private final Program program;
    private final Bandwidth bandwidth;
    private final Map<Block, Double> touched = new HashMap<>();
    private double clock;

    Reuse(Program program, Bandwidth bandwidth) {
        this.program = program;
        this.bandwidth = bandwidth;
    }

    /** The seconds of moving a kernel's bytes from and to where they are, and what they would take from a cache. */
    double[] seconds(Kernel kernel) {
        Traffic traffic = Traffic.of(kernel);
        double near = 0;
        double real = 0;
        double own = traffic.bytes();
        for (Map<Buffer, Long> part : List.of(traffic.reads(), traffic.writes())) {
            for (var one : part.entrySet()) {
                double bytes = one.getValue();
                near += bytes / bandwidth.at(own);
                real += bytes / bandwidth.at(Math.max(own, distance(one.getKey(), one.getValue())));
            }
        }
        clock += own;
        traffic.reads().forEach(this::touch);
        traffic.writes().forEach(this::touch);
        return new double[] {real, near};
    }

    /** The mean over the blocks of a buffer. */
    private double distance(Buffer buffer, long bytes) {
        double sum = 0;
        long first = first(buffer);
        long count = bytes / BLOCK + 1;
        for (long i = 0; i < count; i++) {
            Double last = touched.get(block(buffer, first + i));
            sum += last == null ? clock : clock - last;
        }
        return sum / count;
    }

    private void touch(Buffer buffer, long bytes) {
        long first = first(buffer);
        for (long i = 0; i <= bytes / BLOCK; i++) {
            touched.put(block(buffer, first + i), clock);
        }
    }

    private long first(Buffer buffer) {
        return program.placement(buffer).offset() / BLOCK;
    }

    private Block block(Buffer buffer, long number) {
        Placement place = program.placement(buffer);
        return new Block(10 * place.input() + place.space().ordinal(), number);
    }
}
