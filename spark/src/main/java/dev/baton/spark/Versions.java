package dev.baton.spark;

import dev.baton.BatonException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import org.apache.spark.package$;
import scala.util.Properties;

/**
 * The versions that a process runs with. A class that stays as it is from version to version, so that a worker with another
 * one still understands the question.
 */
final class Versions implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final String SPARK = "4.";
    private static final String SCALA = "2.13.";

    private final String spark;
    private final String scala;
    private final String baton;

    private Versions(String spark, String scala, String baton) {
        this.spark = spark;
        this.scala = scala;
        this.baton = baton;
    }

    /** Those of this process. */
    static Versions here() {
        return new Versions(package$.MODULE$.SPARK_VERSION(), Properties.versionNumberString(), baton());
    }

    private static String baton() {
        try (InputStream file = BatonException.class.getResourceAsStream("distributed/version")) {
            return file == null ? "none" : new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new BatonException("Baton's jar does not say its version", e);
        }
    }

    /**
     * Looks whether Baton works with them.
     *
     * @param whose in words, for the message
     * @throws BatonException if it does not
     */
    void requireSupported(String whose) {
        if (!spark.startsWith(SPARK) || !scala.startsWith(SCALA)) {
            throw new BatonException(whose + " has Spark " + spark + " with Scala " + scala
                    + "; baton-spark needs Spark 4 with Scala 2.13");
        }
    }

    /**
     * Compares the driver's, which these are, with those of a worker.
     *
     * @throws BatonException naming the worker and what differs
     */
    void requireSame(Versions worker, String whose) {
        worker.requireSupported(whose);
        requireSame("Spark", spark, worker.spark, whose);
        requireSame("Scala", scala, worker.scala, whose);
        requireSame("Baton", baton, worker.baton, whose);
    }

    private static void requireSame(String what, String driver, String worker, String whose) {
        if (!driver.equals(worker)) {
            throw new BatonException(whose + " has " + what + " " + worker + ", the driver has " + driver
                    + ": they must have the same. Look at the worker's class path: its Spark's jars folder, "
                    + "spark.executor.extraClassPath and --jars");
        }
    }

    @Override
    public String toString() {
        return "Spark " + spark + ", Scala " + scala + ", Baton " + baton;
    }
}
