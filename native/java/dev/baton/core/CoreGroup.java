package dev.baton.core;

import dev.baton.BackendException;
import dev.baton.spi.Backend;
import dev.baton.spi.Membership;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** The backends of one core that train together; the last one that is closed gives the group back. */
public final class CoreGroup {

    /** {@code BATON_GROUP_NAME}. */
    private static final int NAME_BYTES = 128;

    private final NativeCore core;
    private final NativeCore.GroupHandle handle = new NativeCore.GroupHandle();
    private final AtomicInteger members = new AtomicInteger();

    private CoreGroup(NativeCore core) {
        this.core = core;
    }

    /**
     * Opens backends that train together.
     *
     * @param count how many
     * @param open opens the one of a number, from 0 on
     * @throws BackendException if one cannot be opened; then none is
     */
    public static List<Backend> open(NativeCore core, int count, IntFunction<? extends CoreBackend> open) {
        var group = new CoreGroup(core);
        var backends = new ArrayList<CoreBackend>();
        try {
            for (int i = 0; i < count; i++) {
                backends.add(open.apply(i));
            }
            backends.get(0).check(core.group_create(count, group.handle));
            group.join(backends);
            return List.copyOf(backends);
        } catch (RuntimeException | Error e) {
            backends.forEach(CoreBackend::close);
            throw e;
        }
    }

    /**
     * A name by which members in several processes find each other; see {@code baton_group_name}.
     *
     * @param core by which members add up
     * @throws BackendException if it has no groups
     */
    public static byte[] name(NativeCore core) {
        ByteBuffer name = ByteBuffer.allocateDirect(NAME_BYTES);
        if (core.group_name(name) != 0) {
            throw new BackendException(core.last_error());
        }
        var bytes = new byte[NAME_BYTES];
        name.get(bytes);
        return bytes;
    }

    /**
     * Lets a backend train together with others, each of which is opened by itself; waits for them where it is a GPU.
     *
     * @param backend which is closed where it cannot
     * @throws BackendException if there is no such group
     */
    public static Backend member(NativeCore core, CoreBackend backend, Membership membership) {
        var group = new CoreGroup(core);
        try {
            byte[] name = membership.group();
            if (name.length != NAME_BYTES) {
                throw new BackendException("a group's name has " + NAME_BYTES + " bytes, not " + name.length);
            }
            ByteBuffer direct = ByteBuffer.allocateDirect(NAME_BYTES).put(0, name);
            backend.check(core.group_find(direct, membership.count(), group.handle));
            group.members.incrementAndGet();
            backend.join(group, membership.number());
            return backend;
        } catch (RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    /** Each on a thread of its own: a GPU waits for the others. */
    private void join(List<CoreBackend> backends) {
        ExecutorService threads = Executors.newFixedThreadPool(backends.size());
        try {
            var joining = new ArrayList<CompletableFuture<Void>>();
            for (int i = 0; i < backends.size(); i++) {
                int number = i;
                members.incrementAndGet();
                joining.add(
                        CompletableFuture.runAsync(() -> backends.get(number).join(this, number), threads));
            }
            CompletableFuture.allOf(joining.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            threads.shutdown();
        }
    }

    NativeCore.GroupHandle handle() {
        return handle;
    }

    /** Tells all members that one of them does not come; any thread may, at any time. */
    synchronized void leave() {
        if (members.get() > 0) {
            core.group_break(handle);
        }
    }

    /** A member was closed. */
    synchronized void closed() {
        if (members.decrementAndGet() == 0) {
            core.group_release(handle);
        }
    }
}
