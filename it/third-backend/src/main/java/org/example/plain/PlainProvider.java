package org.example.plain;

import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;

/**
 * Offers the backend {@code plain}. A line in {@code META-INF/services/dev.baton.spi.BackendProvider} names this class;
 * with that, whoever has the jar on the class path has the backend.
 */
public final class PlainProvider implements BackendProvider {

    @Override
    public String name() {
        return "plain";
    }

    /** Below {@code cpu} (10) and {@code cuda} (20): where one of them can run, this one is asked for by name. */
    @Override
    public int priority() {
        return 5;
    }

    /** The number as it was when this was written: the constant would follow the version that is found. */
    @Override
    public int spiVersion() {
        return 1;
    }

    /** Plain Java runs everywhere; a backend of native code or a device looks whether it can, and says why not. */
    @Override
    public Availability availability() {
        return Availability.yes();
    }

    @Override
    public Backend open() {
        return new PlainBackend();
    }
}
