package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command of docs/distributed.md, with the jars that it names and no others, on a master and three workers. */
@Tag("cluster")
class ClusterPageTest {

    private static final String VERSION = "-\\d+(\\.\\d+)*(-\\d+(\\.\\d+)*|-SNAPSHOT)*";

    @TempDir
    private Path folder;

    /** The jars under the names that the page has for them: without versions, and Baton's as its modules are called. */
    private void layOutJars() throws IOException {
        for (Path entry : StandaloneCluster.applicationClassPath()) {
            if (entry.endsWith("classes")) {
                pack(entry, folder.resolve("baton-" + entry.getName(entry.getNameCount() - 3) + ".jar"));
            } else if (entry.toString().endsWith(".jar")) {
                Path jar = folder.resolve(entry.getFileName().toString().replaceFirst(VERSION, ""));
                Files.createSymbolicLink(jar, entry);
            }
        }
        Path program = Files.createDirectory(folder.resolve("program"));
        DistributedPage.compile(program);
        pack(program, folder.resolve("digits.jar"));
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (Stream<Path> files = Files.walk(classes);
                OutputStream file = Files.newOutputStream(jar);
                var packed = new JarOutputStream(file)) {
            for (Path one : files.filter(Files::isRegularFile).toList()) {
                packed.putNextEntry(new JarEntry(classes.relativize(one).toString()));
                Files.copy(one, packed);
            }
        }
    }

    /** A word of the command, as it is here. */
    private String here(String word, String master) throws Exception {
        return switch (word) {
            case "spark://master:7077" -> master;
            case "hdfs:///digits" -> DistributedPage.digits().toString();
            case "/shared/results" -> folder.toString();
            default -> word.endsWith(".jar") ? jars(word) : word;
        };
    }

    private String jars(String names) {
        List<Path> jars = Arrays.stream(names.split(",")).map(folder::resolve).toList();
        assertThat(jars).allSatisfy(jar -> assertThat(jar).exists());
        return String.join(",", jars.stream().map(Path::toString).toList());
    }

    @Test
    void theCommandTrainsOnTheCluster() throws Exception {
        layOutJars();
        Path output = folder.resolve("output");
        try (var cluster = StandaloneCluster.start(Path.of("target/cluster-page"), 3)) {
            List<String> words = DistributedPage.command();
            assertThat(words.get(0)).isEqualTo("spark-submit");
            var arguments = new ArrayList<String>();
            for (String word : words.subList(1, words.size())) {
                arguments.add(here(word, cluster.url()));
            }
            int status = cluster.submit(arguments, output).waitFor();
            assertThat(status).as(Files.readString(output)).isZero();
        }
        String printed = Files.readString(output);
        assertThat(printed).contains("(executor 0), cpu: ", "(executor 1), cpu: ", "(executor 2), cpu: ");
        assertThat(DistributedPage.share(printed)).isGreaterThan(0.94);
        assertThat(folder.resolve("digits.safetensors")).exists();
    }
}
