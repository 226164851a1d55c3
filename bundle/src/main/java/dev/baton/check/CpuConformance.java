package dev.baton.check;

import dev.baton.conformance.BackendConformance;

/** The suite on the processor, with the instructions and the threads that it takes by itself. */
class CpuConformance extends BackendConformance {

    @Override
    protected String backend() {
        return "cpu";
    }
}
