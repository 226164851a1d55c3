package dev.baton.cuda;

import dev.baton.conformance.BackendConformance;

/** The whole way of a program to the CUDA core's commands, on machines without a GPU. */
class HostExecutorConformanceTest extends BackendConformance {

    @Override
    protected String backend() {
        return HostExecutorProvider.NAME;
    }
}
