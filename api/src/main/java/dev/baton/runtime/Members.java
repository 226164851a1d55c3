package dev.baton.runtime;

import dev.baton.Precision;
import dev.baton.spi.Membership;

/**
 * Sessions that train together although each is opened by itself, mostly in a process of its own: what runs on them with
 * {@link dev.baton.graph.GraphBuilder#SHARE} adds up over all of them. Each has a part of every batch, whose {@linkplain
 * Executable#share share} is told to it, and all variables; that these are the same is up to the caller.
 */
public final class Members {

    private Members() {}

    /**
     * A new name for a group, by which its members find each other.
     *
     * @param backend its name; null for the best one available
     * @throws dev.baton.BackendException if there is no such backend, or its devices cannot train together
     */
    public static byte[] nameGroup(String backend) {
        return Backends.choose(backend).nameGroup();
    }

    /**
     * A session that is a member of a group. May wait until all members are there.
     *
     * @param backend its name; null for the best one available
     * @param seed of everything random: first weights, dropout
     * @throws dev.baton.BackendException as {@link Session#open(String, long, Precision)}, or if the device cannot be a
     *     member of this group
     */
    public static Session open(String backend, long seed, Precision precision, Membership membership) {
        return Opened.here("session").member(backend, seed, precision, membership);
    }

    /**
     * Tells the members that wait for this one that it does not come: what they run fails, now and later. For any thread, but
     * not once the session is closed.
     */
    public static void leave(Session session) {
        session.leave();
    }
}
