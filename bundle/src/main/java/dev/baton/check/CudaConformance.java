package dev.baton.check;

import dev.baton.conformance.BackendConformance;

/** The suite on a GPU, which has to be there. */
class CudaConformance extends BackendConformance {

    @Override
    protected String backend() {
        return "cuda";
    }
}
