package dev.baton.reference;

import dev.baton.BackendException;
import java.util.ArrayList;
import java.util.List;

/** Where members, each on a thread of its own, add values up among each other. */
final class Exchange {

    private final List<List<double[]>> parts = new ArrayList<>();
    private List<double[]> sums = List.of();
    private int arrived;
    private long round;
    private boolean broken;

    /** @param members how many there are */
    Exchange(int members) {
        for (int i = 0; i < members; i++) {
            parts.add(List.of());
        }
    }

    /** The sums of what all members bring, in their order; waits for them. */
    synchronized List<double[]> sum(int member, List<double[]> own) {
        requireAll();
        parts.set(member, own);
        arrived++;
        if (arrived == parts.size()) {
            sums = add();
            arrived = 0;
            round++;
            notifyAll();
        } else {
            await();
        }
        return sums.stream().map(double[]::clone).toList();
    }

    private void await() {
        long current = round;
        boolean interrupted = false;
        while (round == current && !broken) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (round == current) {
            requireAll();
        }
    }

    private List<double[]> add() {
        var result = new ArrayList<double[]>();
        for (int array = 0; array < parts.get(0).size(); array++) {
            var sum = new double[parts.get(0).get(array).length];
            for (List<double[]> part : parts) {
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += part.get(array)[i];
                }
            }
            result.add(sum);
        }
        return result;
    }

    private void requireAll() {
        if (broken) {
            throw new BackendException(
                    "reference: another of the devices that train together has failed: open the session "
                            + "again, and go on from a checkpoint");
        }
    }

    /** Says that a member does not come any more. */
    synchronized void leave() {
        broken = true;
        notifyAll();
    }
}
