package dev.baton.core.linux;

import dev.baton.core.NativePlatform;

/** Says that the libraries for Linux on x86-64 are here. */
public final class LinuxX86 implements NativePlatform {

    @Override
    public String name() {
        return "linux-x86_64";
    }
}
