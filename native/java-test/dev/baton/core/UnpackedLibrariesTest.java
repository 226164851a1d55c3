package dev.baton.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedLibrariesTest {

    private static final int THREADS = 4;
    private static final int ROUNDS = 50;

    @TempDir
    Path folder;

    @Test
    void aCopyOfAnotherBuildIsReplacedThoughSizeAndTimeAreTheSame() throws Exception {
        var library = library("this build");
        File copy = UnpackedLibraries.refresh(library);
        try {
            spoil(copy, "last build");
            assertThat(UnpackedLibraries.refresh(library)).isEqualTo(copy).hasContent("this build");
        } finally {
            delete(copy);
        }
    }

    @Test
    void severalMayReplaceItAtOnce() throws Exception {
        var library = library("this build");
        File copy = UnpackedLibraries.refresh(library);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                spoil(copy, "last build");
                var start = new CyclicBarrier(THREADS);
                Callable<File> refresh = () -> {
                    start.await();
                    return UnpackedLibraries.refresh(library);
                };
                for (Future<File> refreshed : threads.invokeAll(Collections.nCopies(THREADS, refresh))) {
                    assertThat(refreshed.get()).isEqualTo(copy);
                }
                assertThat(copy).hasContent("this build");
                assertThat(copy.getParentFile()).isDirectoryNotContaining(file -> !file.equals(copy));
            }
        } finally {
            threads.shutdownNow();
            delete(copy);
        }
    }

    private URL library(String content) throws IOException {
        Path jar = folder.resolve("library-" + System.nanoTime() + ".jar");
        try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("folder/library.so"));
            out.write(content.getBytes());
        }
        return new URL("jar:" + jar.toUri() + "!/folder/library.so");
    }

    /** Other content; the time stays, and the size where the content is as long. */
    private static void spoil(File copy, String content) throws IOException {
        FileTime time = Files.getLastModifiedTime(copy.toPath());
        Files.writeString(copy.toPath(), content);
        Files.setLastModifiedTime(copy.toPath(), time);
    }

    private static void delete(File copy) throws IOException {
        Files.deleteIfExists(copy.toPath());
        Files.deleteIfExists(copy.toPath().getParent());
        Files.deleteIfExists(copy.toPath().getParent().getParent());
    }
}
