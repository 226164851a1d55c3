/** The native core for Linux on x86-64, and the OpenBLAS that it calls. */
module dev.baton.cpu.core.linux {
    requires dev.baton.cpu.core;
    requires org.bytedeco.openblas.linux.x86_64;

    provides dev.baton.cpu.core.NativePlatform with
            dev.baton.cpu.core.linux.LinuxX86;
}
