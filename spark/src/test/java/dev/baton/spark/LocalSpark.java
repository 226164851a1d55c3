package dev.baton.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark in this process, with three tasks at a time; starting it takes seconds, so that all tests share one. */
final class LocalSpark {

    static final JavaSparkContext CONTEXT = new JavaSparkContext(new SparkConf()
            .setMaster("local[3]")
            .setAppName("tests")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1"));

    private LocalSpark() {}
}
