package dev.baton.cpu;

import dev.baton.BackendException;
import dev.baton.DType;
import dev.baton.cpu.core.NativeCore;
import dev.baton.graph.Composite;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.program.Program;
import dev.baton.spi.Backend;
import dev.baton.spi.DeviceBuffer;
import dev.baton.spi.Plan;
import java.util.stream.Stream;

/** The processor. Its threads live as long as it is open. */
final class CpuBackend implements Backend {

    private final NativeCore.BackendHandle handle = new NativeCore.BackendHandle();
    private final String device;

    /**
     * @param instructionSet {@code baseline}, {@code avx2} or {@code avx512}; null for the best one
     */
    CpuBackend(int threads, String instructionSet) {
        check(NativeCore.baton_backend_open(threads, instructionSet == null ? "" : instructionSet, handle));
        device = "cpu: " + NativeCore.baton_processor() + ", " + threads + (threads == 1 ? " thread, " : " threads, ")
                + NativeCore.baton_backend_isa(handle) + ", OpenBLAS for " + NativeCore.baton_openblas_core();
    }

    /** Turns a status into an exception with the native core's own words. */
    static void check(int status) {
        if (status != 0) {
            throw new BackendException("cpu: " + NativeCore.baton_last_error());
        }
    }

    NativeCore.BackendHandle handle() {
        return handle;
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public boolean supports(Node node) {
        if (node.operation() instanceof Composite composite
                && !composite.isElementwise()
                && !WholeEncoder.knows(composite)) {
            return false;
        }
        return Stream.concat(node.inputTypes().stream(), node.outputs().stream())
                .map(TensorType::dtype)
                .noneMatch(dtype -> dtype == DType.FLOAT64);
    }

    @Override
    public long scratch(Node node) {
        return RecurrentWords.scratch(node);
    }

    @Override
    public DeviceBuffer allocate() {
        return new CpuBuffer();
    }

    @Override
    public Plan compile(Program program, DeviceBuffer variables, DeviceBuffer workspace) {
        return new CpuPlan(this, program, (CpuBuffer) variables, (CpuBuffer) workspace);
    }

    @Override
    public void close() {
        NativeCore.baton_backend_close(handle);
    }
}
