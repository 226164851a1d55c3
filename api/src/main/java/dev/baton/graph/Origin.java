package dev.baton.graph;

/**
 * Where a node comes from.
 *
 * @param path the path of the layer, such as {@code encoder.2.up}; empty outside of layers
 * @param description the layer itself, such as {@code Linear(128 -> 512)}; empty outside of layers
 * @param line the user's source line, such as {@code Digits.java:31}; empty where there is none
 */
public record Origin(String path, String description, String line) {

    /** Outside of every layer. */
    public static final Origin NONE = new Origin("", "", "");

    /** Path and description as one text, empty outside of layers. */
    public String layer() {
        if (description.isEmpty()) {
            return path;
        }
        return path.isEmpty() ? description : path + ": " + description;
    }
}
