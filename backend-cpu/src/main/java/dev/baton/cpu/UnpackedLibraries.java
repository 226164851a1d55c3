package dev.baton.cpu;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.bytedeco.javacpp.Loader;

/**
 * The copies of the native libraries in JavaCPP's cache. It takes a copy for the library in the jar where size and time
 * are the same, but archives of reproducible builds hold one time for everything, and a library that was changed often
 * keeps its size: the copy would be that of an earlier build.
 */
final class UnpackedLibraries {

    private static final List<String> OURS = List.of("libbaton.so", "libjniNativeCore.so");

    /** Their jar is not rebuilt under the same name: size and time tell copies apart. */
    private static final List<String> OPENBLAS =
            List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0");

    private UnpackedLibraries() {}

    /**
     * Unpacks what is missing and replaces copies of our own libraries that differ from what is in the jar. OpenBLAS is
     * unpacked here because the loader, which would do it as well, goes on without it where that fails.
     *
     * @param owner the class in whose folder our own libraries are
     */
    static void refresh(Class<?> owner) throws IOException {
        for (String library : OPENBLAS) {
            for (URL resource :
                    Loader.findResources(owner, "/org/bytedeco/openblas/" + Loader.getPlatform() + "/" + library, 1)) {
                if (isPacked(resource)) {
                    Loader.cacheResource(resource);
                }
            }
        }
        for (String library : OURS) {
            for (URL resource : Loader.findResources(owner, Loader.getPlatform() + "/" + library, 1)) {
                if (isPacked(resource)) {
                    refresh(resource);
                }
            }
        }
    }

    /** Files in a folder are loaded where they are. */
    private static boolean isPacked(URL resource) {
        return !resource.getProtocol().equals("file");
    }

    /** Unpacks a library unless the same is there already; gives the copy. */
    static File refresh(URL library) throws IOException {
        File copy = Loader.cacheResource(library);
        if (copy != null && !isSame(library, copy.toPath())) {
            replace(library, copy.toPath());
        }
        return copy;
    }

    private static boolean isSame(URL library, Path copy) throws IOException {
        try (InputStream packed = library.openStream();
                InputStream unpacked = Files.newInputStream(copy)) {
            return Arrays.equals(packed.readAllBytes(), unpacked.readAllBytes());
        }
    }

    /** In one move: another process finds one copy or the other, and one that has loaded the old copy keeps it. */
    private static void replace(URL library, Path copy) throws IOException {
        Path unpacked = copy.resolveSibling(copy.getFileName() + "." + UUID.randomUUID());
        try {
            try (InputStream packed = library.openStream()) {
                Files.copy(packed, unpacked);
            }
            Files.setLastModifiedTime(unpacked, Files.getLastModifiedTime(copy));
            Files.move(unpacked, copy, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unpacked);
        }
    }
}
