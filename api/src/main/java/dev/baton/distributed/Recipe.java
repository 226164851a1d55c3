package dev.baton.distributed;

import dev.baton.Precision;
import dev.baton.loss.Loss;
import dev.baton.nn.Layer;
import dev.baton.optim.Optimizer;
import dev.baton.runtime.Members;
import dev.baton.runtime.Session;
import dev.baton.spi.Membership;
import java.io.Serializable;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * What every machine of a run makes for itself: the model, the loss and the optimizer. Immutable; it travels in the place of
 * the model, whose weights come as a block of numbers.
 */
public final class Recipe implements Serializable {

    private static final long serialVersionUID = 1L;

    private final Maker<? extends Layer> model;
    private final Maker<? extends Loss> loss;
    private final Maker<? extends Optimizer> optimizer;
    private final long seed;
    private final Precision precision;
    private final String backend;

    /**
     * Makes something anew with every call, always the same; a lambda that captures nothing but what is serializable.
     *
     * @param <T> what it makes
     */
    @FunctionalInterface
    public interface Maker<T> extends Supplier<T>, Serializable {}

    private Recipe(
            Maker<? extends Layer> model,
            Maker<? extends Loss> loss,
            Maker<? extends Optimizer> optimizer,
            long seed,
            Precision precision,
            String backend) {
        this.model = Objects.requireNonNull(model, "model");
        this.loss = Objects.requireNonNull(loss, "loss");
        this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
        this.seed = seed;
        this.precision = Objects.requireNonNull(precision, "precision");
        this.backend = backend;
    }

    /**
     * A recipe with seed 0 and float32, on the best backend that each machine has.
     *
     * @param loss a mean over the examples of a batch
     * @param optimizer which makes the updates: the leading machine's, or those of each worker by itself, or of all workers
     *     together, as {@link Synchronization} has it
     */
    public static Recipe of(
            Maker<? extends Layer> model, Maker<? extends Loss> loss, Maker<? extends Optimizer> optimizer) {
        return new Recipe(model, loss, optimizer, 0, Precision.FLOAT32, null);
    }

    /** The same with another seed of everything random: first weights, dropout, the order of examples. */
    public Recipe seed(long seed) {
        return new Recipe(model, loss, optimizer, seed, precision, backend);
    }

    /** The same with another precision, on all machines. */
    public Recipe precision(Precision precision) {
        return new Recipe(model, loss, optimizer, seed, precision, backend);
    }

    /** The same, but workers use the backend of this name; the leading machine says with {@link #open(String)} what it uses. */
    public Recipe backend(String name) {
        return new Recipe(model, loss, optimizer, seed, precision, name);
    }

    /** The seed of everything random. */
    public long seed() {
        return seed;
    }

    /** How matrix products and convolutions read their factors. */
    public Precision precision() {
        return precision;
    }

    /** A new model. */
    public Layer newModel() {
        return model.get();
    }

    /** A new loss. */
    public Loss newLoss() {
        return loss.get();
    }

    /** A new optimizer. */
    public Optimizer newOptimizer() {
        return optimizer.get();
    }

    /** A session with this seed and precision, on the best backend available. */
    public Session open() {
        return open(null);
    }

    /**
     * A session with this seed and precision.
     *
     * @param backend its name; null for the best one available
     */
    public Session open(String backend) {
        return Session.open(backend, seed, precision);
    }

    /**
     * A name for the workers of {@link #member}, by which they find each other; one of them gives it.
     *
     * @throws dev.baton.BackendException if this machine has no such backend, or one whose devices cannot learn together
     */
    public byte[] nameGroup() {
        return Members.nameGroup(backend);
    }

    /**
     * One of the workers that learn together. May wait until all are there.
     *
     * @throws dev.baton.BackendException if this machine has no such backend, or its device cannot be a member
     */
    public JointWorker member(Membership membership) {
        return new JointWorker(this, Members.open(backend, seed, precision, membership));
    }

    /**
     * What a worker computes with, on a session of its own.
     *
     * @throws dev.baton.BackendException if this machine has no such backend
     */
    public WorkerStep worker() {
        Session session = open(backend);
        try {
            return new WorkerStep(this, session);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }
}
