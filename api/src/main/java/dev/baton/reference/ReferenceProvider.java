package dev.baton.reference;

import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;

/** Offers the reference interpreter under the name {@code reference}; chosen only by name. */
public final class ReferenceProvider implements BackendProvider {

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public int priority() {
        return -1;
    }

    @Override
    public int spiVersion() {
        return 1;
    }

    @Override
    public Availability availability() {
        return Availability.yes();
    }

    @Override
    public Backend open() {
        return new ReferenceBackend();
    }
}
