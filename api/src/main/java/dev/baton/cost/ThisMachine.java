package dev.baton.cost;

import dev.baton.BatonException;
import dev.baton.Precision;
import dev.baton.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The machine that this runs on, as hardware. */
final class ThisMachine {

    /** A guess where nothing is known: what a processor of a server takes for each of its threads at full load. */
    private static final double WATTS_PER_THREAD = 5;

    private ThisMachine() {}

    static Hardware measure(Session session) {
        if (session.precision() != Precision.FLOAT32 || session.deviceCount() > 1) {
            throw new BatonException(
                    "the speed of a machine is measured for products of float32 on one device, not for "
                            + session.precision() + " on " + session.deviceCount()
                            + ": take a session of one, or hardware by name");
        }
        KernelTimes times = Calibration.run(session);
        double watts = WATTS_PER_THREAD * Runtime.getRuntime().availableProcessors();
        return new Hardware(
                session.device(),
                Map.of(),
                Arithmetic.FLOAT32,
                times.bandwidth(),
                memory(),
                watts,
                1,
                Profiles.named("laptop").link(),
                times);
    }

    /** Of the system; where it does not say, that of the Java heap at most. */
    private static double memory() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemTotal:")) {
                    return 1024.0 * Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (IOException e) {
            // Not Linux.
            return Runtime.getRuntime().maxMemory();
        }
        return Runtime.getRuntime().maxMemory();
    }
}
