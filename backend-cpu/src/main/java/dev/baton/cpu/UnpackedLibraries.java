package dev.baton.cpu;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32;
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
                // What is a file already is loaded where it is.
                if (!resource.getProtocol().equals("file")) {
                    refresh(resource);
                }
            }
        }
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
        byte[] unpacked = Files.readAllBytes(copy);
        if (library.openConnection() instanceof JarURLConnection archive) {
            // The archive knows the checksum: unpacking the library once more would take ten times as long.
            var checksum = new CRC32();
            checksum.update(unpacked);
            return archive.getJarEntry().getCrc() == checksum.getValue();
        }
        try (InputStream packed = library.openStream()) {
            return Arrays.equals(packed.readAllBytes(), unpacked);
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
