/** The native core for Linux on x86-64, and the OpenBLAS that it calls. */
module dev.baton.core.linux {
    requires dev.baton.core;
    requires org.bytedeco.openblas.linux.x86_64;

    provides dev.baton.core.NativePlatform with
            dev.baton.core.linux.LinuxX86;
}
