package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.SparkEnv;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cluster")
class ClusterTest {
    @Test
    void starts() throws Exception {
        long t = System.nanoTime();
        try (var cluster = StandaloneCluster.start(Path.of("target/cluster"), 3)) {
            System.out.println(cluster.url() + " " + (System.nanoTime() - t) / 1e9);
            try (var context = new JavaSparkContext(cluster.configuration("starts"))) {
                System.out.println("context " + (System.nanoTime() - t) / 1e9);
                for (int i = 0; i < 20; i++) {
                long b = System.nanoTime();
                var ids = context.parallelize(List.of(1, 2, 3), 3).map(x -> SparkEnv.get().executorId()).collect();
                System.out.println(ids + " " + (System.nanoTime() - b) / 1e6);
                }
                System.out.println(cluster.executors());
                cluster.executors().get(1).destroyForcibly();
                for (int i = 0; i < 20; i++) {
                long b = System.nanoTime();
                var ids = context.parallelize(List.of(1, 2, 3), 3).map(x -> SparkEnv.get().executorId()).collect();
                System.out.println(ids + " " + (System.nanoTime() - b) / 1e6);
                    TimeUnit.MILLISECONDS.sleep(300);
                }
                assertThat(cluster.executors()).hasSize(3);
            }
        }
    }
}
