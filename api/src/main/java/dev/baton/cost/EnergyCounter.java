package dev.baton.cost;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The energy that the processors of this machine have taken, as their counters (RAPL) tell Linux. Often only root may
 * read them, and virtual machines have none.
 */
final class EnergyCounter {

    private static final Path SYSTEM = Path.of("/sys/class/powercap");

    /** A processor's counter: it begins anew behind its largest value. */
    private record Zone(Path counter, long most) {}

    private final List<Zone> zones;
    private final long[] last;
    private long microjoules;

    private EnergyCounter(List<Zone> zones) throws IOException {
        this.zones = zones;
        this.last = new long[zones.size()];
        for (int i = 0; i < last.length; i++) {
            last[i] = number(zones.get(i).counter());
        }
    }

    /** Of this machine; null where there is none that may be read. */
    static EnergyCounter start() {
        return start(SYSTEM);
    }

    /** Of the zones in a folder: {@code intel-rapl:0} is a whole processor, {@code intel-rapl:0:1} a part of it. */
    static EnergyCounter start(Path folder) {
        var zones = new ArrayList<Zone>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "intel-rapl:*")) {
            for (Path zone : found) {
                if (zone.getFileName().toString().matches("intel-rapl:\\d+")) {
                    zones.add(new Zone(zone.resolve("energy_uj"), number(zone.resolve("max_energy_range_uj"))));
                }
            }
            return zones.isEmpty() ? null : new EnergyCounter(zones);
        } catch (IOException | NumberFormatException e) {
            return null;
        }
    }

    private static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    /**
     * Joules since the start. To be asked more often than a counter begins anew, which takes minutes at least.
     *
     * @throws IOException if a counter cannot be read any more
     */
    double joules() throws IOException {
        for (int i = 0; i < last.length; i++) {
            long now = number(zones.get(i).counter());
            microjoules += now >= last[i] ? now - last[i] : now + zones.get(i).most() - last[i];
            last[i] = now;
        }
        return microjoules / 1e6;
    }
}
