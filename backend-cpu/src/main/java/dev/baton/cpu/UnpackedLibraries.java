package dev.baton.cpu;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * The copies of the native libraries in JavaCPP's cache. It takes a copy for the library in the jar where size and time
 * are the same, but archives of reproducible builds hold one time for everything, and a library that was changed often
 * keeps its size: the copy would be that of an earlier build.
 */
final class UnpackedLibraries {

    private static final List<String> LIBRARIES = List.of("libbaton.so", "libjniNativeCore.so");

    private UnpackedLibraries() {}

    /** Replaces copies that differ from what is in the jar, in the folder of a class. */
    static void refresh(Class<?> owner) throws IOException {
        for (String library : LIBRARIES) {
            for (URL resource : Loader.findResources(owner, Loader.getPlatform() + "/" + library, 1)) {
                refresh(resource);
            }
        }
    }

    /** Unpacks a library unless the same is there already; gives the copy. */
    static File refresh(URL library) throws IOException {
        File copy = Loader.cacheResource(library);
        if (copy != null && !isSame(library, copy)) {
            // A process that has loaded the old copy keeps it.
            Files.delete(copy.toPath());
            copy = Loader.cacheResource(library);
        }
        return copy;
    }

    private static boolean isSame(URL library, File copy) throws IOException {
        try (InputStream packed = library.openStream();
                InputStream unpacked = Files.newInputStream(copy.toPath())) {
            return Arrays.equals(packed.readAllBytes(), unpacked.readAllBytes());
        }
    }
}
