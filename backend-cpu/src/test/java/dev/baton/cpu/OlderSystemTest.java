package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import dev.baton.core.NativeCore;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Libraries that ask for a version of glibc that no system has are to this one what ours are to an older one. */
@EnabledOnOs(OS.LINUX)
class OlderSystemTest {

    @TempDir
    Path folder;

    @Test
    void saysWhichVersionIsNeeded() throws Exception {
        String ours = "dev/baton/core/" + Loader.getPlatform() + "/";
        askForAnotherVersion(ours + "libbaton.so", "GLIBC_2.34", "GLIBC_2.94");
        askForAnotherVersion(ours + "libjniNativeCore.so", "GLIBC_2.34", "GLIBC_2.94");
        assertThat(availability())
                .startsWith(
                        "not available: the native libraries need glibc 2.34 or later, and this system's is older: ")
                .contains("version `GLIBC_2.94' not found (required by ");
    }

    /** OpenBLAS's jar holds a libgcc_s for glibc 2.35: where it cannot be loaded, the system's own does. */
    @Test
    void doesWithoutTheRuntimeOfANewerCompiler() throws Exception {
        askForAnotherVersion(
                "org/bytedeco/openblas/" + Loader.getPlatform() + "/libgcc_s.so.1", "GLIBC_2.35", "GLIBC_2.95");
        assertThat(availability()).isEqualTo("available");
    }

    /** Puts a changed library into the folder, which comes before the jars. */
    private void askForAnotherVersion(String library, String version, String other) throws IOException {
        URL original = NativeCore.class.getClassLoader().getResource(library);
        assertThat(original).as(library).isNotNull();
        try (InputStream bytes = original.openStream()) {
            String text = new String(bytes.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(text).contains(version + "\0");
            Path changed = folder.resolve(library);
            Files.createDirectories(changed.getParent());
            Files.writeString(changed, text.replace(version + "\0", other + "\0"), StandardCharsets.ISO_8859_1);
        }
    }

    private String availability() throws IOException, InterruptedException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"),
                        "-cp",
                        folder + File.pathSeparator + classPath,
                        AvailabilityProcess.class.getName())
                .redirectOutput(output.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES))
                    .as("it says so in a minute")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as(() -> "the process said: "
                        + contentOf(folder.resolve("errors").toFile()))
                .isZero();
        return Files.readString(output).strip();
    }
}
