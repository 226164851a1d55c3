package dev.baton.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Learns what the driver shows in files. A file that is not there or cannot be read tells nothing; none of them makes
 * this fail.
 */
final class MachineReader {

    /** For instance {@code NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 2023}. */
    private static final Pattern VERSION = Pattern.compile("NVRM version:.*?\\s(\\d+\\.\\d+(\\.\\d+)*)(\\s|$)");

    private static final Pattern MODEL = Pattern.compile("(?m)^Model:\\s*(\\S.*?)\\s*$");

    /** A path in the loader's cache ends with a zero byte. */
    private static final Pattern CACHED = Pattern.compile("(/[^\\x00]*/" + Pattern.quote(Machine.LIBRARY) + ")\\x00");

    /** Where the loader looks last. */
    private static final List<String> DEFAULT_FOLDERS =
            List.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib");

    private static final int ELF_CLASS = 4;
    private static final int ELF_64_BIT = 2;

    private final Path root;
    private final String libraryPath;

    /**
     * @param root the folder that stands for {@code /}
     * @param libraryPath the value of {@code LD_LIBRARY_PATH}; null where it is not set
     */
    MachineReader(Path root, String libraryPath) {
        this.root = root;
        this.libraryPath = libraryPath == null ? "" : libraryPath;
    }

    /** The machine that this runs on. */
    static Machine thisMachine() {
        String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        return system.equals(Machine.SUPPORTED)
                ? new MachineReader(Path.of("/"), System.getenv("LD_LIBRARY_PATH")).read(system)
                : new Machine(system, "", false, "", List.of(), "");
    }

    Machine read(String system) {
        String version = text("/proc/driver/nvidia/version");
        // Windows' subsystem for Linux reaches the driver through a file of its own; some sandboxes hide /proc/driver.
        List<String> controls =
                Stream.of("/dev/nvidiactl", "/dev/dxg").filter(this::exists).toList();
        String forbidden = Stream.concat(controls.stream(), deviceFiles().stream())
                .filter(file -> !isOpenToUs(file))
                .findFirst()
                .orElse("");
        boolean kernelDriver = !version.isEmpty() || !controls.isEmpty();
        return new Machine(system, library(), kernelDriver, first(VERSION, version), gpus(), forbidden);
    }

    /** The library as the loader finds it: the variable's folders, the cache, the default folders. */
    private String library() {
        Matcher cached = CACHED.matcher(text("/etc/ld.so.cache"));
        return Stream.of(
                        Arrays.stream(libraryPath.split("[:;]"))
                                .filter(folder -> folder.startsWith("/"))
                                .map(this::inFolder),
                        cached.results().map(found -> found.group(1)),
                        DEFAULT_FOLDERS.stream().map(this::inFolder))
                .flatMap(candidates -> candidates)
                .filter(this::isLibrary)
                .findFirst()
                .orElse("");
    }

    private String inFolder(String folder) {
        return folder + "/" + Machine.LIBRARY;
    }

    /** Whether it is of 64 bits; the loader passes over others. */
    private boolean isLibrary(String file) {
        try (InputStream bytes = Files.newInputStream(at(file))) {
            byte[] header = bytes.readNBytes(ELF_CLASS + 1);
            return header.length > ELF_CLASS && header[ELF_CLASS] == ELF_64_BIT;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** What the driver calls each GPU; where it says nothing, the device file. */
    private List<String> gpus() {
        var named = new ArrayList<String>();
        for (String gpu : list("/proc/driver/nvidia/gpus", ".*")) {
            String model = first(MODEL, text(gpu + "/information"));
            named.add(model.isEmpty() ? "GPU " + Path.of(gpu).getFileName() : model);
        }
        if (!named.isEmpty()) {
            return named;
        }
        List<String> files = deviceFiles();
        return files.isEmpty() && exists("/dev/dxg") ? List.of("/dev/dxg") : files;
    }

    private List<String> deviceFiles() {
        return list("/dev", "nvidia\\d+");
    }

    private static String first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? found.group(1) : "";
    }

    private boolean exists(String file) {
        return attempt(() -> Files.exists(at(file))).orElse(false);
    }

    private boolean isOpenToUs(String file) {
        return attempt(() -> Files.isReadable(at(file)) && Files.isWritable(at(file)))
                .orElse(false);
    }

    private String text(String file) {
        return attempt(() -> Files.readString(at(file), StandardCharsets.ISO_8859_1))
                .orElse("");
    }

    /** The files of a folder whose names match, in order. */
    private List<String> list(String folder, String names) {
        return attempt(() -> {
                    try (Stream<Path> files = Files.list(at(folder))) {
                        return files.map(file -> Objects.toString(file.getFileName()))
                                .filter(name -> name.matches(names))
                                .sorted()
                                .map(name -> folder + "/" + name)
                                .toList();
                    }
                })
                .orElse(List.of());
    }

    private Path at(String file) {
        return root.resolve(file.substring(1));
    }

    @FunctionalInterface
    private interface Look<T> {
        T look() throws IOException;
    }

    private static <T> Optional<T> attempt(Look<T> look) {
        try {
            return Optional.of(look.look());
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
