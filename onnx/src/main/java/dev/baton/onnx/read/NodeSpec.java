package dev.baton.onnx.read;

import dev.baton.onnx.format.AttributeDef;
import java.util.List;
import java.util.Map;

/**
 * A node of a file.
 *
 * @param name its own, or what it gives where it has none
 * @param domain of its operator; empty for the standard's own
 * @param inputs names; empty for what is left out
 */
record NodeSpec(
        String operator,
        String name,
        String domain,
        List<String> inputs,
        List<String> outputs,
        Map<String, AttributeDef> attributes) {

    @Override
    public String toString() {
        return "node '" + name + "' (" + (domain.isEmpty() ? "" : domain + ".") + operator + ")";
    }
}
