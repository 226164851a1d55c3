package dev.baton.core;

/**
 * A jar with the native core for one platform. It is a service so that a module path resolves the jar, which no module
 * can require by name without being bound to that platform.
 */
public interface NativePlatform {

    /** The platform as JavaCPP names it, for instance {@code linux-x86_64}. */
    String name();
}
