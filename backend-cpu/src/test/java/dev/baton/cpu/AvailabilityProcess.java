package dev.baton.cpu;

/** A process that prints whether the CPU backend is available: what is loaded once stays loaded in a JVM. */
public final class AvailabilityProcess {

    private AvailabilityProcess() {}

    public static void main(String[] arguments) {
        System.out.println(new CpuProvider().availability());
    }
}
