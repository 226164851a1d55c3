package dev.baton.spark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * A cluster of Spark's own on this machine: a master and some workers of one core each, every one a process on loopback.
 * Closing it ends exactly those processes and what they have started.
 */
final class StandaloneCluster implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
    private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

    private final Path folder;
    private final String url;
    private final List<Process> processes = new ArrayList<>();

    private StandaloneCluster(Path folder, int workers) throws Exception {
        this.folder = folder;
        layOutSpark(Files.createDirectories(folder.resolve("spark/jars")));
        try {
            Path log = start("master", "org.apache.spark.deploy.master.Master", "--port", "0");
            url = await(log, MASTER).group(1);
            var logs = new ArrayList<Path>();
            for (int i = 0; i < workers; i++) {
                Path work = folder.resolve("work-" + i);
                logs.add(start(
                        "worker-" + i,
                        "org.apache.spark.deploy.worker.Worker",
                        "--port",
                        "0",
                        "--cores",
                        "1",
                        "--memory",
                        "1g",
                        "--work-dir",
                        work.toString(),
                        url));
            }
            for (Path one : logs) {
                await(one, REGISTERED);
            }
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    /** A cluster whose processes write into a folder, which is emptied first. */
    static StandaloneCluster start(Path folder, int workers) throws Exception {
        if (Files.exists(folder)) {
            try (Stream<Path> old = Files.walk(folder)) {
                for (Path one : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(one);
                }
            }
        }
        return new StandaloneCluster(Files.createDirectories(folder).toAbsolutePath(), workers);
    }

    /** Everything of the class path that is not Baton's or the tests', as Spark's own folder has it. */
    private static void layOutSpark(Path jars) throws IOException {
        for (Path jar : classPath()) {
            boolean isSparks = jar.toString().endsWith(".jar") && !isOfApplication(jar);
            if (isSparks) {
                Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
            }
        }
    }

    private static List<Path> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
    }

    private static boolean isOfApplication(Path entry) {
        return Stream.of("baton", "/bytedeco/", "/junit/", "/assertj/", "surefire")
                .anyMatch(entry.toString()::contains);
    }

    /** What an application brings along: Baton, its backend and these tests. */
    static List<Path> applicationClassPath() {
        return classPath().stream()
                .filter(entry -> !entry.toString().endsWith(".jar") || isOfApplication(entry))
                .filter(entry -> !entry.toString().contains("surefire"))
                .toList();
    }

    static String joined(List<Path> classPath) {
        return classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private Path start(String name, String mainClass, String... arguments) throws IOException {
        var command = new ArrayList<>(java());
        command.add("-Xmx256m");
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-Dspark.master.rest.enabled=false");
        command.add("-Dlog4j2.configurationFile="
                + Path.of("src/test/resources/cluster-log4j2.properties").toUri());
        command.addAll(List.of("-cp", folder.resolve("spark/jars") + "/*", mainClass));
        command.addAll(List.of("--host", "127.0.0.1", "--webui-port", "0"));
        command.addAll(List.of(arguments));
        Path log = folder.resolve(name + ".log");
        run(command, log);
        return log;
    }

    private Process run(List<String> command, Path log) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment()
                .putAll(Map.of(
                        "SPARK_HOME",
                        folder.resolve("spark").toString(),
                        "SPARK_SCALA_VERSION",
                        "2.13",
                        "SPARK_LOCAL_IP",
                        "127.0.0.1"));
        Process process = builder.start();
        processes.add(process);
        // Also where the tests end without closing it.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    /** Spark's own program {@code spark-submit}, which shell scripts of its distribution start. */
    Process submit(List<String> arguments, Path log) throws IOException {
        var command = new ArrayList<>(java());
        command.addAll(List.of("-cp", folder.resolve("spark/jars") + "/*", "org.apache.spark.deploy.SparkSubmit"));
        command.addAll(arguments);
        return run(command, log);
    }

    /** The start of a command that runs Java with what Spark reaches into. */
    static List<String> java() {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptionArray()));
        return command;
    }

    private Matcher await(Path log, Pattern wanted) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            Matcher found = wanted.matcher(Files.readString(log));
            if (found.find()) {
                return found;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IllegalStateException(log + " does not say '" + wanted + "': " + Files.readString(log));
    }

    /** Where applications find it. */
    String url() {
        return url;
    }

    /** What an application needs to run here, with executors of one core and 512 MiB each. */
    SparkConf configuration(String name) {
        return configuration(name, applicationClassPath());
    }

    /** The same with another class path of the executors, before Spark's own. */
    SparkConf configuration(String name, List<Path> executorClassPath) {
        return new SparkConf()
                .setAppName(name)
                .setMaster(url)
                .set("spark.executor.memory", "512m")
                .set("spark.executor.cores", "1")
                .set("spark.executor.extraClassPath", joined(executorClassPath))
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.ui.enabled", "false")
                // Of jobs that are done Spark keeps something for its pages; without them a few will do.
                .set("spark.ui.retainedJobs", "10")
                .set("spark.ui.retainedStages", "10")
                // Wait for all of them: who comes late finds the partitions taken.
                .set("spark.scheduler.minRegisteredResourcesRatio", "1.0")
                // An executor that was killed comes again; ten of them are not the end of the application.
                .set("spark.deploy.maxExecutorRetries", "-1");
    }

    /** The executors that run now. */
    List<ProcessHandle> executors() {
        return processes.stream()
                .flatMap(process -> process.toHandle().descendants())
                .filter(process -> process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
                .toList();
    }

    @Override
    public void close() {
        var all = new ArrayList<ProcessHandle>();
        for (Process process : processes) {
            process.toHandle().descendants().forEach(all::add);
            all.add(process.toHandle());
        }
        all.forEach(ProcessHandle::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
    }
}
