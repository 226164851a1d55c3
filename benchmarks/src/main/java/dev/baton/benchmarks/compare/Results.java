package dev.baton.benchmarks.compare;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything about one comparison.
 *
 * @param date when it began, UTC
 * @param rounds that are done
 * @param ceilings null where they were not measured
 * @param measurements every line that any framework printed
 */
record Results(
        String date,
        Machine machine,
        Settings settings,
        int rounds,
        Ceilings ceilings,
        List<Measurement> measurements,
        List<Failure> failures) {

    static Results read(Path file) throws IOException {
        return Json.MAPPER.readValue(file.toFile(), Results.class);
    }

    /** Writes everything, and the table that follows from it. */
    void write(Path file) throws IOException {
        ObjectNode tree = Json.MAPPER.valueToTree(this);
        tree.set("table", Json.MAPPER.valueToTree(table()));
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Json.MAPPER.writeValue(part.toFile(), tree);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    List<Judgement> table() {
        return Rows.judge(new Measurements(measurements), settings.peers(), ceilings);
    }

    /** Baton and the peers of which anything was measured. */
    List<String> measured() {
        return Stream.concat(Stream.of(Row.BATON), settings.peers().stream())
                .filter(framework ->
                        measurements.stream().anyMatch(each -> each.framework().equals(framework)))
                .toList();
    }

    /** The version of each framework. */
    Map<String, String> versions() {
        var versions = new LinkedHashMap<String, String>();
        for (String framework : measured()) {
            measurements.stream()
                    .filter(each -> each.framework().equals(framework))
                    .findFirst()
                    .ifPresent(each -> versions.put(framework, each.version()));
        }
        return versions;
    }
}
