package dev.baton.core;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.Loader;

/**
 * The copies of the native libraries in JavaCPP's cache. It takes a copy for the library in the jar where size and time
 * are the same, but archives of reproducible builds hold one time for everything, and a library that was changed often
 * keeps its size: the copy would be that of an earlier build.
 */
final class UnpackedLibraries {

    private UnpackedLibraries() {}

    /**
     * The library of this name in the folder of a class, in one for the platform: where it is, or an up-to-date copy.
     *
     * @throws UnsatisfiedLinkError if there is none
     */
    static File file(Class<?> owner, String library) throws IOException {
        for (URL resource : Loader.findResources(owner, Loader.getPlatform() + "/" + library, 1)) {
            return resource.getProtocol().equals("file")
                    ? new File(URI.create(resource.toString()))
                    : refresh(resource);
        }
        throw new UnsatisfiedLinkError("Could not find " + library + " in the class and module paths");
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
