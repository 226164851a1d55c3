package dev.baton.runtime;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import java.util.List;
import java.util.Optional;

/**
 * The arrays that a program runs on, one for each of its inputs. Seed, step and learning rate are its own; the others are
 * handed in.
 */
final class Arguments {

    private final String name;
    private final List<String> names;
    private final TensorType[] types;
    private final List<TokenCheck> tokenChecks;
    private final NDArray[] arrays;
    private final NDArray[] next;
    private final NDArray seed;
    private final NDArray step = NDArray.zeros(DType.INT64, Shape.scalar());
    private final NDArray update = NDArray.zeros(DType.INT64, Shape.scalar());
    private final NDArray learningRate = NDArray.zeros(DType.FLOAT32, Shape.scalar());
    private final NDArray share = NDArray.of(Shape.scalar(), 1f);

    /**
     * @param name what messages call the program, such as {@code training step}
     */
    Arguments(String name, Graph graph, long seed) {
        this.name = name;
        this.names = List.copyOf(graph.inputs().keySet());
        this.types = graph.inputs().values().stream().map(Value::type).toArray(TensorType[]::new);
        this.tokenChecks = TokenCheck.of(graph);
        this.arrays = new NDArray[names.size()];
        this.next = new NDArray[names.size()];
        this.seed = NDArray.of(Shape.scalar(), seed);
        own(GraphBuilder.SEED, this.seed);
        own(GraphBuilder.STEP, step);
        own(GraphBuilder.UPDATE, update);
        own(GraphBuilder.LEARNING_RATE, learningRate);
        own(GraphBuilder.SHARE, share);
    }

    private void own(String input, NDArray array) {
        int index = index(input);
        if (index >= 0) {
            arrays[index] = array;
        }
    }

    /** The number of an input; -1 where there is none of this name. */
    int index(String input) {
        return names.indexOf(input);
    }

    /** Sets the number of the next step, from 1, that of its update, or 0, and its learning rate. */
    void next(long stepNumber, long updateNumber, double rate) {
        step.setLong(0, stepNumber);
        update.setLong(0, updateNumber);
        learningRate.set(0, rate);
    }

    /** Sets the share of the batch that is here; all of it where nobody says so. */
    void share(double value) {
        share.set(0, value);
    }

    double share() {
        return share.get(0);
    }

    /** Takes over what was set for the next step and handed in: of what has a batch, so many examples. */
    void take(Arguments whole, long start, long size) {
        for (int i = 0; i < arrays.length; i++) {
            if (hasBatch(i)) {
                arrays[i] = Shard.part(whole.arrays[i], start, size, arrays[i]);
            } else if (arrays[i] != seed && arrays[i] != share) {
                arrays[i] = whole.arrays[i];
            }
        }
    }

    private boolean isOwn(int index) {
        NDArray array = arrays[index];
        return array == seed || array == step || array == update || array == learningRate || array == share;
    }

    /**
     * Hands in an array; allocates nothing where it fits.
     *
     * @param index of the input; at -1 nothing happens
     * @throws ShapeException if its type does not fit
     */
    void set(int index, NDArray array) {
        if (index < 0) {
            return;
        }
        TensorType type = types[index];
        if (array.dtype() != type.dtype() || !fits(type.shape(), array.shape())) {
            throw new ShapeException("the " + name + " takes '" + names.get(index) + "' as " + type + ", not "
                    + array.dtype() + array.shape());
        }
        arrays[index] = array;
    }

    /**
     * Says what will be handed in for the next run. What is of another type than what was handed in for this one, as a smaller
     * batch, is left aside.
     *
     * @param index of the input; at -1 nothing happens
     */
    void setNext(int index, NDArray array) {
        if (index >= 0) {
            NDArray now = arrays[index];
            boolean fits = array.dtype() == now.dtype() && array.shape().equals(now.shape());
            next[index] = fits ? array : null;
        }
    }

    /** The array of every input that is known to be handed in for the next run, in their order; not to be changed. */
    NDArray[] next() {
        return next;
    }

    private static boolean fits(Shape wanted, Shape given) {
        if (wanted.rank() != given.rank()) {
            return false;
        }
        for (int i = 0; i < wanted.rank(); i++) {
            if (wanted.dim(i).isFixed() && wanted.size(i) != given.size(i)) {
                return false;
            }
        }
        return true;
    }

    /** Forgets what was handed in. */
    void clear() {
        for (int i = 0; i < arrays.length; i++) {
            if (!isOwn(i)) {
                arrays[i] = null;
            }
            next[i] = null;
        }
    }

    /** The array of one input; null where there is none yet. */
    NDArray get(int index) {
        return arrays[index];
    }

    /** The array of every input, in their order; not to be changed. */
    NDArray[] all() {
        return arrays;
    }

    /** In words, where there is a NaN or an infinity first; empty where there is none. */
    Optional<String> notFinite() {
        for (int i = 0; i < arrays.length; i++) {
            int index = arrays[i] == null ? -1 : arrays[i].firstNotFinite();
            if (index >= 0) {
                Shape shape = arrays[i].shape();
                String place = "";
                if (shape.rank() > 0) {
                    long record = arrays[i].size() / shape.size(0);
                    place = "record " + index / record + " of the batch, value " + index % record + " of ";
                }
                return Optional.of(
                        place + "'" + names.get(i) + "' is " + arrays[i].get(index) + ", not a finite number");
            }
        }
        return Optional.empty();
    }

    /**
     * The batch size; 1 where no input has a batch.
     *
     * @throws BatonException if an input is missing
     * @throws ShapeException if two inputs have batches of different sizes
     */
    long batch() {
        int first = -1;
        for (int i = 0; i < arrays.length; i++) {
            if (arrays[i] == null) {
                throw new BatonException("the " + name + " needs an input '" + names.get(i) + "'");
            }
            if (hasBatch(i)) {
                if (first < 0) {
                    first = i;
                } else if (size(i) != size(first)) {
                    throw new ShapeException("the " + name + " takes inputs of one batch size, but '" + names.get(first)
                            + "' is " + arrays[first].shape() + " and '" + names.get(i) + "' is " + arrays[i].shape());
                }
            }
        }
        return first < 0 ? 1 : size(first);
    }

    private boolean hasBatch(int index) {
        Shape shape = types[index].shape();
        return shape.rank() > 0 && !shape.dim(0).isFixed();
    }

    private long size(int index) {
        return arrays[index].shape().size(0);
    }

    /**
     * Allocates nothing where all is well.
     *
     * @throws dev.baton.DataException if a number that asks for a row of a table, as an embedding has, is none of its rows
     */
    void checkTokens() {
        for (int i = 0; i < tokenChecks.size(); i++) {
            tokenChecks.get(i).check(name, arrays);
        }
    }
}
