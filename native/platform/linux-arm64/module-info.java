/** The native core for Linux on 64-bit ARM, and the OpenBLAS that it calls. */
module dev.baton.core.linux.arm {
    requires dev.baton.core;
    requires org.bytedeco.openblas.linux.arm64;

    provides dev.baton.core.NativePlatform with
            dev.baton.core.linux.arm.LinuxArm;
}
