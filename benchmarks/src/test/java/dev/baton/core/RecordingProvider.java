package dev.baton.core;

import dev.baton.NDArray;
import dev.baton.cpu.CpuProvider;
import dev.baton.graph.Node;
import dev.baton.program.Program;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;
import dev.baton.spi.DeviceBuffer;
import dev.baton.spi.Plan;
import java.nio.file.Path;

/**
 * The CPU backend, whose plans write to a file what they run on. It stands in the package that alone knows the words of a
 * plan.
 */
public final class RecordingProvider implements BackendProvider {

    public static final String NAME = "recording cpu";

    /** The system property that names the file of the next plan that runs. */
    public static final String FILE = "baton.plan.file";

    private final CpuProvider cpu = new CpuProvider();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return -1;
    }

    @Override
    public int spiVersion() {
        return cpu.spiVersion();
    }

    @Override
    public Availability availability() {
        return cpu.availability();
    }

    @Override
    public Backend open() {
        return new RecordingBackend((CoreBackend) cpu.open());
    }

    private record RecordingBackend(CoreBackend cpu) implements Backend {

        @Override
        public String device() {
            return cpu.device();
        }

        @Override
        public boolean supports(Node node) {
            return cpu.supports(node);
        }

        @Override
        public long scratch(Node node) {
            return cpu.scratch(node);
        }

        @Override
        public String method(Node node) {
            return cpu.method(node);
        }

        @Override
        public DeviceBuffer allocate() {
            return cpu.allocate();
        }

        @Override
        public Plan compile(Program program, DeviceBuffer variables, DeviceBuffer workspace) {
            return new RecordingPlan(cpu.core(), cpu.compile(program, variables, workspace), program, variables);
        }

        @Override
        public void close() {
            cpu.close();
        }
    }

    private record RecordingPlan(NativeCore core, Plan plan, Program program, DeviceBuffer variables) implements Plan {

        @Override
        public void run(NDArray[] inputs) {
            PlanFile.write(Path.of(System.getProperty(FILE)), core, program, variables, inputs);
            plan.run(inputs);
        }

        @Override
        public void read(int output, NDArray target) {
            plan.read(output, target);
        }

        @Override
        public String explain() {
            return plan.explain();
        }

        @Override
        public void close() {
            plan.close();
        }
    }
}
