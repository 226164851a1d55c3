package dev.baton.cuda;

import dev.baton.core.CoreBackend;
import dev.baton.core.NativeCore;

/** A GPU. */
final class CudaBackend extends CoreBackend {

    private static final String LIBRARY = "+cublaslt";
    private static final String TF32 = "+tf32";

    private final String device;

    /**
     * @param number of the GPU, from 1 on
     * @param products whose they are, see {@code native/cuda/src/matrix_library.h}; null for cuBLASLt's where it is installed
     */
    CudaBackend(String name, NativeCore core, int number, String products) {
        super(name, core, number, products);
        String chosen = core.backend_isa(handle());
        device = name + ": " + core.processor() + ", matrix products by "
                + (chosen.contains(LIBRARY) ? "cuBLASLt" : "Baton's own kernels")
                + (chosen.endsWith(TF32) ? " in TF32" : "");
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    protected String needForBfloat16() {
        return "a GPU";
    }
}
