/** The binding of the native core, for the CPU backend alone. */
module dev.baton.cpu.core {
    requires transitive org.bytedeco.javacpp;

    exports dev.baton.cpu.core;

    uses dev.baton.cpu.core.NativePlatform;
}
