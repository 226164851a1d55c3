package dev.baton.reference;

import dev.baton.BackendException;
import dev.baton.spi.Membership;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The exchanges of this process whose members find each other by a name, until all of them have. */
final class Exchanges {

    private static final Map<String, Gathering> GATHERINGS = new HashMap<>();

    private Exchanges() {}

    /** Members that come one by one. */
    private static final class Gathering {

        private final Set<Integer> members = new HashSet<>();
        private Exchange exchange;
        private int count;
    }

    static synchronized byte[] name() {
        String name = UUID.randomUUID().toString();
        GATHERINGS.put(name, new Gathering());
        return name.getBytes(StandardCharsets.UTF_8);
    }

    static synchronized Exchange join(Membership membership) {
        String name = new String(membership.group(), StandardCharsets.UTF_8);
        Gathering gathering = GATHERINGS.get(name);
        if (gathering == null) {
            throw new BackendException(
                    "reference: no group of this process waits for members under that name: they are in one process alone");
        }
        if (gathering.exchange == null) {
            gathering.exchange = new Exchange(membership.count());
            gathering.count = membership.count();
        }
        boolean fits = membership.count() == gathering.count
                && membership.number() >= 0
                && membership.number() < gathering.count;
        if (!fits || !gathering.members.add(membership.number())) {
            throw new BackendException("reference: the group has " + gathering.count + " members, of which "
                    + gathering.members + " are there, and cannot have " + membership);
        }
        if (gathering.members.size() == gathering.count) {
            GATHERINGS.remove(name);
        }
        return gathering.exchange;
    }
}
