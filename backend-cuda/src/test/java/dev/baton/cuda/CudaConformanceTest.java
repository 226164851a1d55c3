package dev.baton.cuda;

import dev.baton.conformance.BackendConformance;

/** The suite on a GPU, where there is one. */
class CudaConformanceTest extends BackendConformance {

    @Override
    protected String backend() {
        return "cuda";
    }

    @Override
    protected boolean mayBeUnavailable() {
        return true;
    }
}
