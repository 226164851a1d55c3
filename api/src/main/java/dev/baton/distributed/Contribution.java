package dev.baton.distributed;

import dev.baton.BatonException;
import dev.baton.DataException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What some partitions bring to a step, added up. The sum is the same to the last bit in whatever order and grouping
 * contributions come together: partitions are the leaves of a fixed binary tree, two siblings are added as soon as both
 * are there, and what has no sibling yet waits beside the others, each a block as large as the model. So a tree of machines
 * should bring neighbours together first: a run of partitions that is as long as a power of two, and begins at a multiple of
 * it, becomes one block. Immutable; no number is an object.
 */
public final class Contribution implements Serializable {

    private static final long serialVersionUID = 1L;

    private final int partitions;
    private final Part[] parts;

    private Contribution(int partitions, Part... parts) {
        this.partitions = partitions;
        this.parts = parts;
    }

    /**
     * No contribution, to begin a sum with.
     *
     * @param partitions how many there are in all
     */
    static Contribution none(int partitions) {
        return new Contribution(partitions);
    }

    static Contribution of(int partitions, Part part) {
        return new Contribution(partitions, part);
    }

    /**
     * Both together.
     *
     * @throws BatonException if a partition is in both, or they are of two different runs
     */
    public Contribution plus(Contribution other) {
        if (partitions != other.partitions) {
            throw new BatonException(
                    "a contribution to " + partitions + " partitions cannot be added to one to " + other.partitions);
        }
        var joined = new ArrayList<Part>();
        int i = 0;
        int j = 0;
        while (i < parts.length || j < other.parts.length) {
            boolean first = j == other.parts.length || (i < parts.length && parts[i].from() < other.parts[j].from());
            push(joined, first ? parts[i++] : other.parts[j++]);
        }
        return new Contribution(partitions, joined.toArray(Part[]::new));
    }

    /** Its subtrees, from the left. */
    List<Part> parts() {
        return List.of(parts);
    }

    /** Adds the next part from the left, which may complete a subtree, and that a larger one. */
    private void push(List<Part> joined, Part next) {
        Part last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
        if (last != null && last.to() > next.from()) {
            throw new BatonException("partition " + next.from() + " contributed twice");
        }
        if (last != null && last.isSiblingOf(next, partitions)) {
            joined.remove(joined.size() - 1);
            push(joined, last.plus(next));
        } else {
            joined.add(next);
        }
    }

    /**
     * The sum over all partitions.
     *
     * @throws DataException if one is missing
     */
    Part complete() {
        int missing = 0;
        for (Part part : parts) {
            missing = part.from() == missing ? part.to() : missing;
        }
        if (missing < partitions) {
            throw new DataException("partition " + missing + " of " + partitions + " has contributed nothing");
        }
        return parts[0];
    }
}
