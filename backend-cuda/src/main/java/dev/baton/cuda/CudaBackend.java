package dev.baton.cuda;

import dev.baton.core.CoreBackend;
import dev.baton.core.NativeCore;

/** A GPU. */
final class CudaBackend extends CoreBackend {

    private final String device;

    /** @param number of the GPU, from 1 on */
    CudaBackend(String name, NativeCore core, int number) {
        super(name, core, number, null);
        device = name + ": " + core.processor();
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
