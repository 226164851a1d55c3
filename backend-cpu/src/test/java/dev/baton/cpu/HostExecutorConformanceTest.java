package dev.baton.cpu;

import dev.baton.conformance.BackendConformance;
import dev.baton.cpu.core.NativeCore;
import org.junit.jupiter.api.Assumptions;

/**
 * The plans of whole programs on the CUDA core's host executor, which {@code it/host-executor.sh} puts in the place
 * of the processor's core.
 */
class HostExecutorConformanceTest extends BackendConformance {

    @Override
    protected String backend() {
        return "cpu";
    }

    @Override
    protected void prepare() {
        NativeLibrary.load();
        Assumptions.assumeTrue(
                NativeCore.baton_processor().equals("host executor"), "this is not the host executor of the CUDA core");
    }
}
