package dev.baton.conformance;

/** The reference backend, which rounds every result to float32, against itself in double. */
class ReferenceConformanceTest extends BackendConformance {

    @Override
    protected String backend() {
        return "reference";
    }

    @Override
    protected boolean maySkip(Case tried, SkipReason reason) {
        return false;
    }
}
