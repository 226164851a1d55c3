package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedLibrariesTest {

    @TempDir
    Path folder;

    @Test
    void aCopyOfAnotherBuildIsReplacedThoughSizeAndTimeAreTheSame() throws Exception {
        Path jar = folder.resolve("library-" + System.nanoTime() + ".jar");
        try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("folder/library.so"));
            out.write("this build".getBytes());
        }
        var library = new URL("jar:" + jar.toUri() + "!/folder/library.so");
        File copy = UnpackedLibraries.refresh(library);
        try {
            FileTime time = Files.getLastModifiedTime(copy.toPath());
            Files.writeString(copy.toPath(), "last build");
            Files.setLastModifiedTime(copy.toPath(), time);
            assertThat(UnpackedLibraries.refresh(library)).isEqualTo(copy).hasContent("this build");
        } finally {
            Files.deleteIfExists(copy.toPath());
            Files.deleteIfExists(copy.toPath().getParent());
            Files.deleteIfExists(copy.toPath().getParent().getParent());
        }
    }
}
