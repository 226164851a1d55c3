package dev.baton.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the processor does at most, measured by src/main/cpp/ceilings.cpp.
 *
 * @param instructions the vectors with which it was measured
 * @param multiplyAdds a second, float32, on all threads
 * @param bandwidths bytes a second by the number of bytes that are read again and again
 */
record Ceilings(String instructions, int threads, double multiplyAdds, Map<Long, Double> bandwidths) {

    /** Measures with so many threads; takes half a second for each number of bytes. */
    static Ceilings measure(Path program, int threads, Collection<Long> bytes)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.add(Integer.toString(threads));
        bytes.forEach(each -> command.add(each.toString()));
        Process process =
                ChildProcesses.start(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException("the ceilings were not measured: " + program + " ended with code " + code
                    + "; what it said stands above");
        }
        return parse(output);
    }

    static Ceilings parse(String lines) throws IOException {
        String instructions = null;
        int threads = 0;
        double multiplyAdds = 0;
        var bandwidths = new TreeMap<Long, Double>();
        for (String line : lines.split("\n")) {
            JsonNode ceiling = Json.MAPPER.readTree(line);
            double perSecond = ceiling.get("perSecond").asDouble();
            if (ceiling.get("ceiling").asText().equals("bandwidth")) {
                bandwidths.put(ceiling.get("bytes").asLong(), perSecond);
            } else {
                instructions = ceiling.get("instructions").asText();
                threads = ceiling.get("threads").asInt();
                multiplyAdds = perSecond;
            }
        }
        return new Ceilings(instructions, threads, multiplyAdds, bandwidths);
    }

    /** The larger of the two times that work takes at least. */
    double seconds(Work work) {
        return Math.max(work.multiplyAdds() / multiplyAdds, work.bytes() / bandwidths.get(work.bytes()));
    }
}
