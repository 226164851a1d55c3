package org.example.arm;

import dev.baton.conformance.BackendConformance;

/** The suite on the processor. */
class ProcessorConformance extends BackendConformance {

    @Override
    protected String backend() {
        return "cpu";
    }
}
