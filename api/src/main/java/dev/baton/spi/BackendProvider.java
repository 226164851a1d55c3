package dev.baton.spi;

import dev.baton.BackendException;
import java.util.List;

/** Offers a backend; found by {@link java.util.ServiceLoader}. Making one must be cheap and must load nothing. */
public interface BackendProvider {

    /** The version of this SPI; a provider compiled against it returns it from {@link #spiVersion}. */
    int SPI_VERSION = 1;

    /** What users call it, such as {@code cpu}. */
    String name();

    /** The available provider of the highest priority is the default; below 0 it is chosen only by name. */
    int priority();

    /** The version of the SPI that it was built for: the literal number, not the constant of the version found. */
    int spiVersion();

    /** Whether it can run here, and why not. Throws nothing. */
    Availability availability();

    /** Opens the device. */
    Backend open();

    /**
     * Opens devices that train together, in the order of their numbers: they support {@link
     * dev.baton.composite.AllReduce} with inputs of {@code float32}, and run it at the same time, each on a thread of its
     * own. By default there are none.
     *
     * @param count how many, two at least
     * @throws dev.baton.BackendException if there are not so many, or they cannot
     */
    default List<Backend> openTogether(int count) {
        throw new BackendException("the backend '" + name() + "' has no devices that train together");
    }

    /**
     * A new name for a group of devices that train together and are opened one by one, with {@link #openMember}. By default
     * there are none.
     *
     * @throws dev.baton.BackendException if they cannot
     */
    default byte[] nameGroup() {
        throw new BackendException("the backend '" + name() + "' has no devices that train together");
    }

    /**
     * Opens a device as a member of a group: it does what those of {@link #openTogether} do. May wait until all members are
     * there. Who closes a member lets it {@linkplain Backend#leave leave}; one that could not be opened may be waited for.
     *
     * @throws dev.baton.BackendException if there is no such group, or this device cannot be a member of it
     */
    default Backend openMember(Membership membership) {
        throw new BackendException("the backend '" + name() + "' has no devices that train together");
    }
}
