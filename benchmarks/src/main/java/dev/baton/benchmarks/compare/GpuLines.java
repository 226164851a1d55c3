package dev.baton.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What Baton, PyTorch and gpu/ceilings.py printed on a machine with a GPU. */
final class GpuLines {

    private final Map<String, Double> speeds = new LinkedHashMap<>();
    private final Map<String, Double> products = new LinkedHashMap<>();
    private final Map<Long, Double> bandwidths = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    /** Reads lines of JSON; those of other metrics are passed over. */
    static GpuLines parse(List<String> lines) throws IOException {
        var read = new GpuLines();
        for (String line : lines) {
            if (line.startsWith("{")) {
                read.add(Json.MAPPER.readTree(line));
            }
        }
        return read;
    }

    private void add(JsonNode line) {
        String ceiling = line.path("ceiling").asText();
        if (ceiling.equals("bandwidth")) {
            bandwidths.put(line.get("bytes").asLong(), line.get("perSecond").asDouble());
        } else if (ceiling.equals("multiply-adds")) {
            products.put(line.get("precision").asText(), line.get("perSecond").asDouble());
        } else if (line.has("error")) {
            failures.add(line.get("peer").asText() + ", " + line.get("workload").asText() + ": "
                    + line.get("error").asText());
        } else if (line.path("metric").asText().equals("train")) {
            speeds.put(
                    key(line.get("peer").asText(), line.get("workload").asText()),
                    line.get("median").asDouble());
        }
    }

    private static String key(String framework, String workload) {
        return framework + " " + workload;
    }

    /** Samples or tokens a second; null where that was not measured. */
    Double speed(String framework, String workload) {
        return speeds.get(key(framework, workload));
    }

    /** The most samples or tokens a second that the GPU's products or its memory allow; null without their ceilings. */
    Double floor(GpuRow row) {
        Double multiplyAdds = products.get(row.precision());
        Double bandwidth = bandwidths.get(row.work().bytes());
        return multiplyAdds == null || bandwidth == null
                ? null
                : row.work().units()
                        / Math.max(
                                row.work().multiplyAdds() / multiplyAdds,
                                row.work().bytes() / bandwidth);
    }

    /** Multiply-adds a second of large products, by their precision. */
    Map<String, Double> products() {
        return products;
    }

    /** Who failed at what, and why. */
    List<String> failures() {
        return failures;
    }
}
