package dev.baton.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as the driver, the loader and other systems lay them out, under a folder that stands for the root. */
class MachineReaderTest {

    private static final String VERSION_FILE = "proc/driver/nvidia/version";
    private static final byte[] ELF_64 = {0x7f, 'E', 'L', 'F', 2, 1};
    private static final byte[] ELF_32 = {0x7f, 'E', 'L', 'F', 1, 1};

    @TempDir
    private Path root;

    private void file(String path, byte[] content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private void file(String path, String content) throws IOException {
        file(path, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Machine read(String libraryPath) {
        return new MachineReader(root, libraryPath).read("Linux amd64");
    }

    @Test
    void nothing() {
        assertThat(read(null)).isEqualTo(new Machine("Linux amd64", "", false, "", List.of(), ""));
    }

    @Test
    void driverAndTwoGpus() throws IOException {
        file(
                VERSION_FILE,
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\n"
                        + "GCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)\n");
        file("proc/driver/nvidia/gpus/0000:41:00.0/information", "Model: \t\t NVIDIA L4\nIRQ:   \t\t 94\n");
        file("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 93\n");
        file("usr/lib/x86_64-linux-gnu/libcuda.so.1", ELF_64);
        file("dev/nvidiactl", "");
        file("dev/nvidia0", "");
        assertThat(read(null))
                .isEqualTo(new Machine(
                        "Linux amd64",
                        "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
                        true,
                        "535.104.05",
                        List.of("NVIDIA H100 80GB HBM3", "NVIDIA L4"),
                        ""));
    }

    @Test
    void theOpenKernelModule() throws IOException {
        file(
                VERSION_FILE,
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  "
                        + "(dvs-builder@U22)  Sun Jul 27 07:08:53 UTC 2025\n");
        assertThat(read(null).driverVersion()).isEqualTo("580.65.06");
        assertThat(read(null).kernelDriver()).isTrue();
    }

    @Test
    void aVersionInWordsOfTheFuture() throws IOException {
        file(VERSION_FILE, "something else");
        assertThat(read(null).driverVersion()).isEmpty();
        assertThat(read(null).kernelDriver()).isTrue();
    }

    @Test
    void deviceFilesAlone() throws IOException {
        file("dev/nvidiactl", "");
        file("dev/nvidia0", "");
        file("dev/nvidia11", "");
        file("dev/nvidia-uvm", "");
        assertThat(read(null).kernelDriver()).isTrue();
        assertThat(read(null).gpus()).containsExactly("/dev/nvidia0", "/dev/nvidia11");
    }

    @Test
    void linuxUnderWindows() throws IOException {
        file("dev/dxg", "");
        file("usr/lib/wsl/lib/libcuda.so.1", ELF_64);
        file("etc/ld.so.cache", "glibc-ld.so.cache1.1\0libcuda.so.1\0/usr/lib/wsl/lib/libcuda.so.1\0");
        assertThat(read(null))
                .isEqualTo(
                        new Machine("Linux amd64", "/usr/lib/wsl/lib/libcuda.so.1", true, "", List.of("/dev/dxg"), ""));
    }

    @Test
    void theLoadersOrder() throws IOException {
        file("lib64/libcuda.so.1", ELF_64);
        assertThat(read(null).library()).isEqualTo("/lib64/libcuda.so.1");
        file("opt/driver/libcuda.so.1", ELF_64);
        file("opt/gone/other.so", ELF_64);
        file("etc/ld.so.cache", "/opt/gone/libcuda.so.1\0/opt/driver/libcuda.so.1\0/opt/driver/libcuda.so.12\0");
        assertThat(read(null).library()).isEqualTo("/opt/driver/libcuda.so.1");
        file("home/me/lib/libcuda.so.1", ELF_64);
        assertThat(read("relative::/nowhere:/home/me/lib").library()).isEqualTo("/home/me/lib/libcuda.so.1");
    }

    @Test
    void aLibraryOf32BitsIsPassedOver() throws IOException {
        file("usr/lib/libcuda.so.1", ELF_32);
        assertThat(read(null).library()).isEmpty();
        file("lib64/libcuda.so.1", "");
        assertThat(read(null).library()).isEmpty();
    }

    @Test
    void foldersInThePlaceOfFilesTellNothing() throws IOException {
        Files.createDirectories(root.resolve(VERSION_FILE));
        Files.createDirectories(root.resolve("etc/ld.so.cache"));
        Files.createDirectories(root.resolve("lib64/libcuda.so.1"));
        file("proc/driver/nvidia/gpus", "a file");
        assertThat(read(null)).isEqualTo(new Machine("Linux amd64", "", false, "", List.of(), ""));
    }

    @Test
    void aPathThatCannotBeOneIsPassedOver() {
        assertThat(read("/with\0zero").library()).isEmpty();
    }
}
