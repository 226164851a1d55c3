package dev.baton.reference;

import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;
import dev.baton.spi.Membership;
import java.util.List;
import java.util.stream.IntStream;

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

    @Override
    public List<Backend> openTogether(int count) {
        var exchange = new Exchange(count);
        return IntStream.range(0, count)
                .<Backend>mapToObj(number -> new ReferenceBackend(exchange, number))
                .toList();
    }

    @Override
    public byte[] nameGroup() {
        return Exchanges.name();
    }

    @Override
    public Backend openMember(Membership membership) {
        return new ReferenceBackend(Exchanges.join(membership), membership.number());
    }
}
