package dev.baton.cuda;

import dev.baton.core.CoreBackend;
import dev.baton.core.NativeCore;

/** A GPU. */
final class CudaBackend extends CoreBackend {

    private final String device;

    private static final String LIBRARY = "+cublaslt";

    /**
     * @param number of the GPU, from 1 on
     * @param products whose they are, see {@code native/cuda/src/matrix_library.h}; null for cuBLASLt's where it is installed
     */
    CudaBackend(String name, NativeCore core, int number, String products) {
        super(name, core, number, products);
        boolean byLibrary = core.backend_isa(handle()).endsWith(LIBRARY);
        device = name + ": " + core.processor() + ", matrix products by "
                + (byLibrary ? "cuBLASLt" : "Baton's own kernels");
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
