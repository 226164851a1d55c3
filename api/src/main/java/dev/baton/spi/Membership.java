package dev.baton.spi;

import java.util.Arrays;
import java.util.Objects;

/**
 * The place of a device in a group of devices that train together, each of which is opened by itself, mostly in a process of
 * its own.
 *
 * @param group the name that {@link BackendProvider#nameGroup} gave to one of them
 * @param number of the member, from 0
 * @param count how many members there are
 * @param device which of the devices that this process sees, from 0; below 0 the one that the provider opens by itself. A
 *     backend that has one alone takes that
 */
public record Membership(byte[] group, int number, int count, int device) {

    public Membership {
        Objects.requireNonNull(group, "group");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Membership same
                && Arrays.equals(group, same.group)
                && number == same.number
                && count == same.count
                && device == same.device;
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(group), number, count, device);
    }

    /** For instance {@code member 1 of 3}. */
    @Override
    public String toString() {
        return "member " + number + " of " + count;
    }
}
