package dev.baton.cpu;

import dev.baton.core.CoreBackend;
import dev.baton.core.NativeCore;
import dev.baton.spi.Backend;
import java.util.ArrayList;
import java.util.List;

/** The processor. Its threads live as long as it is open. */
final class CpuBackend extends CoreBackend {

    private final String device;
    private final int threads;
    private final String instructionSet;

    /**
     * @param instructionSet as {@link CpuProvider#INSTRUCTION_SET} takes it; null for the best one
     */
    CpuBackend(NativeCore core, int threads, String instructionSet) {
        this(core, threads, instructionSet, false);
    }

    private CpuBackend(NativeCore core, int threads, String instructionSet, boolean isLane) {
        super("cpu", core, threads, instructionSet, isLane);
        this.threads = threads;
        this.instructionSet = instructionSet;
        device = "cpu: " + core.processor() + ", " + threads + (threads == 1 ? " thread, " : " threads, ")
                + core.backend_isa(handle())
                + (core.backend_has_own_products(handle()) == 1 ? ", own products and " : ", ")
                + "OpenBLAS for " + core.openblas_core();
    }

    @Override
    public String device() {
        return device;
    }

    /** One for each thread, which is the caller's: no other thread of this backend's takes part. */
    @Override
    public List<Backend> openLanes() {
        if (threads == 1) {
            return List.of();
        }
        var lanes = new ArrayList<Backend>();
        try {
            for (int i = 0; i < threads; i++) {
                lanes.add(new CpuBackend(core(), 1, instructionSet, true));
            }
            return lanes;
        } catch (RuntimeException | Error e) {
            lanes.forEach(Backend::close);
            throw e;
        }
    }

    @Override
    protected String needForBfloat16() {
        return "a processor with AVX512-BF16 and its instruction set avx512";
    }
}
