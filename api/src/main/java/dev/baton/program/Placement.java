package dev.baton.program;

/**
 * The place of a buffer.
 *
 * @param space the memory space
 * @param input which input it is, for {@link Space#INPUT}; else 0
 * @param offset in bytes from the start of the space
 */
public record Placement(Space space, int input, long offset) {

    @Override
    public String toString() {
        return space.name().toLowerCase(java.util.Locale.ROOT) + (space == Space.INPUT ? " " + input : "@" + offset);
    }
}
