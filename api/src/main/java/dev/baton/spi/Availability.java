package dev.baton.spi;

/**
 * Whether a backend can run here.
 *
 * @param available whether it can
 * @param reason why not, in words that a user can act on; empty where it can
 */
public record Availability(boolean available, String reason) {

    public static Availability yes() {
        return new Availability(true, "");
    }

    public static Availability no(String reason) {
        return new Availability(false, reason);
    }

    @Override
    public String toString() {
        return available ? "available" : "not available: " + reason;
    }
}
