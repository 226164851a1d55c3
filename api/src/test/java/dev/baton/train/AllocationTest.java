package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.data.Batch;
import dev.baton.graph.Node;
import dev.baton.loss.Losses;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.optim.AdamW;
import dev.baton.optim.Schedule;
import dev.baton.program.Program;
import dev.baton.runtime.Session;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;
import dev.baton.spi.DeviceBuffer;
import dev.baton.spi.OfferedProviders;
import dev.baton.spi.Plan;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a training step costs on the Java heap, on a backend that does nothing. */
class AllocationTest {

    private static final int STEPS = 20_000;
    private static final long ALLOWED = 64;

    /** A device without memory: every step succeeds at once. */
    public static final class Idle implements BackendProvider, Backend, DeviceBuffer, Plan {
        @Override
        public String name() {
            return "idle";
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public int spiVersion() {
            return 1;
        }

        @Override
        public Availability availability() {
            return Availability.yes();
        }

        @Override
        public Backend open() {
            return this;
        }

        @Override
        public String device() {
            return "idle";
        }

        @Override
        public boolean supports(Node node) {
            return true;
        }

        @Override
        public DeviceBuffer allocate() {
            return this;
        }

        @Override
        public Plan compile(Program program, DeviceBuffer variables, DeviceBuffer workspace) {
            return this;
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void grow(long bytes) {}

        @Override
        public void upload(long offset, ByteBuffer source) {}

        @Override
        public void download(long offset, ByteBuffer target) {}

        @Override
        public void run(NDArray[] inputs) {}

        @Override
        public void read(int output, NDArray target) {
            target.set(0, target.dtype() == DType.BOOL ? 1 : 0.5);
        }

        @Override
        public String explain() {
            return "nothing";
        }

        @Override
        public void close() {}
    }

    @Test
    void aStepAllocatesItsResultAndNothingElse(@TempDir Path folder) throws IOException {
        var model = Sequential.of(new Linear(8, 16), new ReLU(), new Linear(16, 4));
        var optimizer = AdamW.of(Schedule.cosine(1e-3, STEPS).warmUp(10));
        var batch = new Batch(NDArray.of(Shape.of(4, 8), new float[32]), NDArray.of(Shape.of(4), 0, 1, 2, 3));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var idle = new OfferedProviders(folder, Idle.class);
                var session = Session.open();
                var step = TrainStep.of(session, model, Losses.crossEntropy(), optimizer)) {
            step.run(batch); // Traces and compiles.
            long id = Thread.currentThread().getId();
            long start = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < STEPS; i++) {
                step.run(batch);
            }
            long allocated = threads.getThreadAllocatedBytes(id) - start;
            assertThat(allocated / (double) STEPS).isBetween(1.0, (double) ALLOWED);
            assertThat(step.run(batch).loss()).isEqualTo(0.5f);
        }
    }
}
