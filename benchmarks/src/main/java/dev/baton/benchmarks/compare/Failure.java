package dev.baton.benchmarks.compare;

/** A workload that a framework did not run, and why. */
record Failure(String framework, String workload, Condition condition, String reason) {

    @Override
    public String toString() {
        return framework + ", " + workload + " (" + condition + "): " + reason;
    }
}
