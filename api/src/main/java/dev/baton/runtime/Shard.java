package dev.baton.runtime;

import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.graph.Graph;
import java.util.Map;

/**
 * What one device has of a graph that several run together, each on its part of every batch: plans, and arrays with its part
 * of those handed in.
 */
final class Shard {

    /** Random numbers of one device are not those of another. */
    private static final long SEED_STEP = 0x9E3779B97F4A7C15L;

    private final Plans plans;
    private final Arguments arguments;
    private final int number;

    /**
     * @param number of the device, from 0; the first one draws what a device alone would
     */
    Shard(Session session, String name, Graph graph, int number, Map<Long, SessionPlan> plans) {
        this.plans = new Plans(session, name, graph, plans);
        this.arguments = new Arguments(name, graph, session.seed() + number * SEED_STEP);
        this.number = number;
    }

    Plans plans() {
        return plans;
    }

    /** Makes the plan for this device's part of a batch. */
    void prepare(long batch, Devices devices) {
        plans.use(devices.size(batch, number));
    }

    /** Runs once on this device's part of a batch. */
    void run(Arguments whole, long batch, Devices devices) {
        long size = devices.size(batch, number);
        arguments.take(whole, devices.start(batch, number), size);
        arguments.share(whole.share() * size / batch);
        plans.use(size).run(arguments.all());
    }

    /** Copies so many examples of an array to another one, which is made anew where the one before does not fit. */
    static NDArray part(NDArray whole, long start, long size, NDArray before) {
        Shape shape = whole.shape().with(0, Dim.of(size));
        boolean fits = before != null
                && before.dtype() == whole.dtype()
                && before.shape().equals(shape);
        NDArray part = fits ? before : NDArray.zeros(whole.dtype(), shape);
        int bytes = part.bytes().remaining();
        long each = size == 0 ? 0 : bytes / size;
        part.bytes().put(0, whole.bytes(), Math.toIntExact(start * each), bytes);
        return part;
    }
}
