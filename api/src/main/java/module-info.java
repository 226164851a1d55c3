/**
 * Tensors, gradients, layers and training. docs/stability.md says which packages are for users and which for the authors
 * of backends; a backend is found as a service.
 */
module dev.baton {
    exports dev.baton;
    exports dev.baton.autodiff;
    exports dev.baton.composite;
    exports dev.baton.cost;
    exports dev.baton.data;
    exports dev.baton.distributed;
    exports dev.baton.graph;
    exports dev.baton.infer;
    exports dev.baton.io;
    exports dev.baton.loss;
    exports dev.baton.metrics;
    exports dev.baton.model;
    exports dev.baton.nn;
    exports dev.baton.optim;
    exports dev.baton.program;
    exports dev.baton.reference;
    exports dev.baton.runtime;
    exports dev.baton.spi;
    exports dev.baton.tensor;
    exports dev.baton.train;

    uses dev.baton.spi.BackendProvider;

    provides dev.baton.spi.BackendProvider with
            dev.baton.reference.ReferenceProvider;
}
