package dev.baton.cpu;

import dev.baton.cpu.core.NativeCore;
import dev.baton.spi.Availability;
import java.io.IOException;
import java.util.Locale;
import org.bytedeco.javacpp.Loader;

/**
 * Loads the native core once and remembers how that went: a second try in one JVM would fail with another reason than
 * the first.
 */
final class NativeLibrary {

    private static Availability result;

    private NativeLibrary() {}

    static synchronized Availability load() {
        if (result == null) {
            result = tryToLoad();
        }
        return result;
    }

    private static Availability tryToLoad() {
        String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!system.equals("Linux amd64")) {
            return Availability.no("built for Linux on x86-64, this is " + system);
        }
        try {
            UnpackedLibraries.refresh(NativeCore.class);
            Loader.load(NativeCore.class);
            return Availability.yes();
        } catch (LinkageError | RuntimeException | IOException e) {
            return Availability.no(reason(e));
        }
    }

    /** What the loader's message means for the user. */
    private static String reason(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Throwable cause = failure.getCause();
        String all = cause == null ? message : message + " (" + cause.getMessage() + ")";
        String hint = "";
        if (all.contains("GLIBC")) {
            hint = "; this system's C library is older than the native core needs";
        } else if (all.toLowerCase(Locale.ROOT).contains("failed to map segment")) {
            hint =
                    "; the folder of the cache must allow to run programs: set -Dorg.bytedeco.javacpp.cachedir to one that does";
        } else if (all.contains("Permission denied") || all.contains("Read-only")) {
            hint =
                    "; the native libraries are unpacked to a cache: set -Dorg.bytedeco.javacpp.cachedir to a folder that "
                            + "can be written";
        }
        return "the native core cannot be loaded: " + all + hint;
    }
}
