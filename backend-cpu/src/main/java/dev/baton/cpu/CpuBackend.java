package dev.baton.cpu;

import dev.baton.core.CoreBackend;
import dev.baton.core.NativeCore;

/** The processor. Its threads live as long as it is open. */
final class CpuBackend extends CoreBackend {

    private final String device;

    /**
     * @param instructionSet {@code baseline}, {@code avx2} or {@code avx512}; null for the best one
     */
    CpuBackend(NativeCore core, int threads, String instructionSet) {
        super("cpu", core, threads, instructionSet);
        device = "cpu: " + core.processor() + ", " + threads + (threads == 1 ? " thread, " : " threads, ")
                + core.backend_isa(handle())
                + (core.backend_has_own_products(handle()) == 1 ? ", own products and " : ", ")
                + "OpenBLAS for " + core.openblas_core();
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    protected String needForBfloat16() {
        return "a processor with AVX512-BF16 and its instruction set avx512";
    }
}
