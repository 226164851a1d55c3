package dev.baton.distributed;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.data.Batch;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.optim.Optimizer;
import dev.baton.optim.Sgd;
import dev.baton.runtime.Session;
import dev.baton.train.FlatVariables;
import dev.baton.train.GradientSource;
import dev.baton.train.Trainer;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Gradients that workers compute, for a {@link Trainer}. What carries the blocks there and back, such as a
 * cluster, overrides {@link #sum}.
 */
public abstract class DistributedSource implements GradientSource {

    /** How often a step is tried that fails for no reason of Baton's own, such as a lost connection. */
    private static final int TRIES = 3;

    private static final System.Logger LOG = System.getLogger(DistributedSource.class.getName());

    private final Recipe recipe;
    private final Division division;
    private final Synchronization way;

    /**
     * @throws BatonException if the recipe's optimizer cannot make the workers' steps
     * @throws DataException if workers that learn together would not all have an example of every joint batch
     */
    protected DistributedSource(Recipe recipe, Division division, Synchronization way) {
        this.recipe = Objects.requireNonNull(recipe, "recipe");
        this.division = Objects.requireNonNull(division, "division");
        this.way = Objects.requireNonNull(way, "way");
        if (way.hasRounds()) {
            requireInner(recipe.newOptimizer());
        } else if (way.isAmongWorkers()) {
            requireJoint(recipe.newOptimizer(), division);
        }
    }

    private static void requireInner(Optimizer optimizer) {
        if (optimizer.update(1) != 1) {
            throw new BatonException(
                    "the optimizer of a round cannot accumulate gradients: what a worker has gathered when "
                            + "the round ends would be lost; choose larger batches, or meet after every step");
        }
        if (!optimizer.told().isEmpty()) {
            throw new BatonException(
                    "the optimizer of a round cannot follow a metric (PlateauSchedule): workers measure "
                            + "nothing; give the schedule to the optimizer that learns from the rounds");
        }
    }

    private static void requireJoint(Optimizer optimizer, Division division) {
        if (!optimizer.told().isEmpty()) {
            throw new BatonException("the optimizer of workers that learn together cannot follow a metric "
                    + "(PlateauSchedule): they measure nothing; choose another schedule, or meet after every step");
        }
        // The smallest of all.
        long last = division.joint(division.batches() - 1, division.batches());
        if (last < division.partitions()) {
            throw new DataException("a joint batch of " + last + " cannot be shared among " + division.partitions()
                    + " workers that learn together: choose a batch size that leaves at least " + division.partitions()
                    + " examples for the last one");
        }
    }

    /** What the workers make for themselves. */
    public final Recipe recipe() {
        return recipe;
    }

    /**
     * A trainer for this source: with the recipe's optimizer where gradients of every step are added up; where machines learn
     * by themselves, with the one that learns from their changes, stochastic gradient descent with a rate of 0.7 and Nesterov
     * momentum of 0.9, the numbers of DiLoCo, unless {@link Trainer.Builder#optimizer} says otherwise. It freezes what the
     * recipe's does; another one has to do so too. Where workers learn together it is their optimizer that learns, the recipe's:
     * another one of the trainer changes nothing.
     *
     * @param session on the machine that leads, such as {@link Recipe#open} gives
     */
    public final Trainer.Builder trainer(Session session) {
        Layer model = recipe.newModel();
        Optimizer optimizer = recipe.newOptimizer();
        return Trainer.of(session, model)
                .loss(recipe.newLoss())
                .optimizer(way.hasRounds() ? outer(model, optimizer) : optimizer);
    }

    private static Optimizer outer(Layer model, Optimizer inner) {
        Optimizer outer = Sgd.of(0.7).momentum(0.9).nesterov();
        List<Parameter> all = model.parameters();
        Set<String> learnt = inner.learnt(all).stream().map(Parameter::name).collect(Collectors.toSet());
        return learnt.size() == all.size() ? outer : outer.freeze(one -> !learnt.contains(one.name()));
    }

    /** How examples and batches are shared out. */
    public final Division division() {
        return division;
    }

    /** How often all machines meet. */
    public final Synchronization way() {
        return way;
    }

    /** What tells the examples from others: for instance a checksum of them, and seeds. */
    protected abstract String dataIdentity();

    @Override
    public abstract Batch sample();

    /**
     * Lets {@link WorkerStep#contribute} compute for every partition, or {@link JointWorker#contribute} where workers learn
     * together, and adds up what they bring.
     *
     * @param meeting of the epoch, from 0
     * @throws BatonException what is Baton's own ends the run; any other {@link RuntimeException} is tried again
     */
    protected abstract Contribution sum(WeightBlock weights, int epoch, int meeting);

    @Override
    public final String identity() {
        return way + ", " + division + ", " + dataIdentity();
    }

    @Override
    public final boolean learns() {
        return way.isAmongWorkers();
    }

    @Override
    public final long lastUpdate(int epoch, int meeting) {
        return way.isAmongWorkers()
                ? (long) epoch * division.batches() + way.firstBatch(division, meeting + 1)
                : GradientSource.super.lastUpdate(epoch, meeting);
    }

    @Override
    public final int count() {
        return way.count(division);
    }

    /**
     * {@inheritDoc}
     *
     * @throws DataException if the trainer's session has another seed or precision than the recipe, or a partition brought
     *     nothing
     */
    @Override
    public final Means compute(int epoch, int meeting, FlatVariables variables) {
        requireSame("seed", recipe.seed(), variables.seed());
        requireSame("precision", recipe.precision(), variables.precision());
        Part sum = tried(WeightBlock.of(variables), epoch, meeting).complete();
        long wanted = division.joint(way.firstBatch(division, meeting), way.firstBatch(division, meeting + 1));
        if (sum.examples() != wanted) {
            throw new DataException("the partitions learnt from " + sum.examples()
                    + " examples together and were to learn from " + wanted + " (" + division + ")");
        }
        String notFinite = sum.notFinite() != null && sum.notFinite().isEmpty()
                ? "no partition finds that in its own part: what they add up to is not finite"
                : sum.notFinite();
        return new Means(sum.losses() / sum.examples(), sum.examples(), sum.values(), notFinite);
    }

    private static void requireSame(String what, Object recipe, Object session) {
        if (!recipe.equals(session)) {
            throw new DataException("the workers have " + what + " " + recipe + " and the trainer's session has "
                    + session + ": open it with Recipe.open(...)");
        }
    }

    private Contribution tried(WeightBlock weights, int epoch, int meeting) {
        for (int tries = 1; ; tries++) {
            try {
                return sum(weights, epoch, meeting);
            } catch (BatonException e) {
                throw e;
            } catch (RuntimeException e) {
                if (tries == TRIES || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LOG.log(
                        System.Logger.Level.WARNING,
                        "epoch " + (epoch + 1) + ", step " + (meeting + 1) + " is computed again after failure " + tries
                                + " of " + TRIES,
                        e);
            }
        }
    }
}
