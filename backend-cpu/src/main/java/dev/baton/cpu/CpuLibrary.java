package dev.baton.cpu;

import dev.baton.core.CoreLibrary;
import dev.baton.core.NativeCore;
import org.bytedeco.javacpp.annotation.Platform;

/** The processor's core and OpenBLAS, which it calls; loaded when they are first asked for. */
@Platform(
        value = {"linux-x86_64", "linux-arm64"},
        preload = {"gcc_s@.1", "quadmath@.0", "gfortran@.5", "openblas@.0"},
        preloadresource = "/org/bytedeco/openblas/")
final class CpuLibrary {

    private static CoreLibrary loaded;

    private CpuLibrary() {}

    static synchronized CoreLibrary load() {
        if (loaded == null) {
            loaded = CoreLibrary.load(NativeCore.class, "libbaton.so", CpuLibrary.class, "baton-backend-cpu");
        }
        return loaded;
    }
}
