package dev.baton.cpu;

import dev.baton.cpu.core.NativeCore;
import dev.baton.spi.Availability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;

/**
 * Loads the native core once and remembers how that went: a second try in one JVM would fail with another reason than
 * the first.
 */
final class NativeLibrary {

    /** What the core needs, in the order in which one needs the other, as JavaCPP writes names and versions. */
    private static final List<String> NEEDED = List.of("quadmath@.0", "gfortran@.5", "openblas@.0");

    /** What is mapped into this process, the C library among it. */
    private static final Path MAPPED = Path.of("/proc/self/maps");

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
            if (Files.isReadable(MAPPED) && isMusl(Files.readString(MAPPED, StandardCharsets.ISO_8859_1))) {
                return Availability.no(
                        "built for systems with glibc " + LoadFailure.OLDEST_GLIBC + " or later, and this "
                                + "one (Alpine Linux?) has musl: use another system, or another image for the container");
            }
            UnpackedLibraries.refresh(NativeCore.class);
            loadCore();
            return Availability.yes();
        } catch (LinkageError | RuntimeException | IOException e) {
            return Availability.no(LoadFailure.inWords(e));
        }
    }

    /**
     * Whether a process runs with this other C library. Its loader does not refuse every library that was built for
     * glibc, but may crash: it has to be known before anything is loaded.
     *
     * @param mapped what is mapped into it, as Linux lists that
     */
    static boolean isMusl(String mapped) {
        // No regular expression: a program that starts would load the classes for it here.
        for (String line : mapped.split("\n")) {
            if (line.startsWith("/ld-musl-", line.lastIndexOf('/')) || line.endsWith("-musl/libc.so")) {
                return true;
            }
        }
        return false;
    }

    /**
     * The loader goes on where a library that the core needs cannot be loaded, and then reports that the core lacks it;
     * why the first one fails is what the user has to know.
     */
    private static void loadCore() {
        try {
            Loader.load(NativeCore.class);
        } catch (UnsatisfiedLinkError core) {
            ClassProperties properties = Loader.loadProperties(NativeCore.class, Loader.loadProperties(), true);
            for (String library : NEEDED) {
                Loader.loadLibrary(
                        NativeCore.class, Loader.findLibrary(NativeCore.class, properties, library), library);
            }
            throw core;
        }
    }
}
