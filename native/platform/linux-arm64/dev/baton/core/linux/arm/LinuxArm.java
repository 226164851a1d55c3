package dev.baton.core.linux.arm;

import dev.baton.core.NativePlatform;

/** Says that the libraries for Linux on 64-bit ARM are here. */
public final class LinuxArm implements NativePlatform {

    @Override
    public String name() {
        return "linux-arm64";
    }
}
