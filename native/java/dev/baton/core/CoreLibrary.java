package dev.baton.core;

import dev.baton.BackendException;
import dev.baton.spi.Availability;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;

/**
 * A native core, or why there is none here. It is to be loaded once: a second try in one JVM would fail with another reason
 * than the first.
 */
public final class CoreLibrary {

    /** What is mapped into this process, the C library among it. */
    private static final Path MAPPED = Path.of("/proc/self/maps");

    private static final String BINDING = "libjniNativeCore.so";

    private final NativeCore core;
    private final Availability availability;

    private CoreLibrary(NativeCore core, Availability availability) {
        this.core = core;
        this.availability = availability;
    }

    /**
     * Loads a core.
     *
     * @param owner its library is in the folder of this class, in one for the platform
     * @param library the file's name
     * @param needed names the libraries that it needs in its annotation {@code Platform}; null where it needs none
     * @param artifact what users depend on to have all of them
     */
    public static CoreLibrary load(Class<?> owner, String library, Class<?> needed, String artifact) {
        String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!system.equals("Linux amd64") && !system.equals("Linux aarch64")) {
            return unavailable("built for Linux on x86-64 and on 64-bit ARM, this is " + system);
        }
        String platform = system.equals("Linux amd64") ? "linux-x86_64" : "linux-arm64";
        try {
            if (Files.isReadable(MAPPED) && isMusl(Files.readString(MAPPED, StandardCharsets.ISO_8859_1))) {
                return unavailable("built for systems with glibc " + LoadFailure.OLDEST_GLIBC + " or later, and this "
                        + "one (Alpine Linux?) has musl: use another system, or another image for the container");
            }
            UnpackedLibraries.file(NativeCore.class, BINDING);
            Loader.load(NativeCore.class);
            File file = UnpackedLibraries.file(owner, library);
            return needed == null ? load(file) : load(file, needed);
        } catch (LinkageError | RuntimeException | IOException e) {
            return unavailable(LoadFailure.inWords(e, artifact, platform));
        }
    }

    /**
     * Loads the core in a file behind the libraries that a class names, in the order in which one needs the other. The
     * system may have those that cannot be loaded; if it has not, why the first one cannot is what the user has to know.
     */
    private static CoreLibrary load(File file, Class<?> needed) {
        ClassProperties properties = Loader.loadProperties(needed, Loader.loadProperties(), true);
        LinkageError first = null;
        for (String library : properties.get("platform.preload")) {
            try {
                Loader.loadLibrary(needed, Loader.findLibrary(needed, properties, library), library);
            } catch (LinkageError failure) {
                first = first == null ? failure : first;
            }
        }
        try {
            return load(file);
        } catch (UnsatisfiedLinkError core) {
            throw first == null ? core : first;
        }
    }

    /**
     * Loads the core in a file.
     *
     * @throws UnsatisfiedLinkError if it cannot be loaded
     */
    private static CoreLibrary load(File file) {
        NativeCore core = NativeCore.baton_load(file.getPath());
        if (core == null) {
            throw new UnsatisfiedLinkError(NativeCore.baton_load_failure());
        }
        return core.probe() == 0 ? new CoreLibrary(core, Availability.yes()) : unavailable(core.last_error());
    }

    private static CoreLibrary unavailable(String reason) {
        return new CoreLibrary(null, Availability.no(reason));
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

    public Availability availability() {
        return availability;
    }

    /**
     * The core.
     *
     * @param backend whose it is, for the message
     * @throws BackendException if it could not be loaded, or cannot run here
     */
    public NativeCore core(String backend) {
        if (core == null) {
            throw new BackendException(backend + ": " + availability.reason());
        }
        return core;
    }
}
