package dev.baton.train;

import dev.baton.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Finds parameters that no longer learn because their gradient is nothing but zeros, step after step. */
final class SilentParameters {

    /** A single batch may pass a part of a network by. */
    private static final int STEPS = 20;

    private static final int NAMES_SHOWN = 6;

    private final List<String> names;
    private final int[] silentFor;

    /**
     * @param names of what is learnt
     */
    SilentParameters(List<String> names) {
        this.names = names;
        this.silentFor = new int[names.size()];
    }

    /**
     * Takes note of the next step.
     *
     * @param norms of the gradients, in the order of the names
     * @return what is to be said of those that have just been silent for long enough; null mostly
     */
    String after(double loss, NDArray norms) {
        boolean tell = false;
        for (int i = 0; i < silentFor.length; i++) {
            silentFor[i] = norms.get(i) == 0 ? Math.min(STEPS + 1, silentFor[i] + 1) : 0;
            tell |= silentFor[i] == STEPS;
        }
        // A loss of 0 leaves nothing to learn.
        return tell && loss != 0 ? describe() : null;
    }

    private boolean isSilent(int parameter) {
        return silentFor[parameter] >= STEPS;
    }

    private String describe() {
        List<String> silent = new ArrayList<>();
        for (int i = 0; i < silentFor.length; i++) {
            if (isSilent(i)) {
                silent.add(names.get(i));
            }
        }
        String shown = silent.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "))
                + (silent.size() > NAMES_SHOWN ? " and " + (silent.size() - NAMES_SHOWN) + " more" : "");
        String what = "for " + STEPS + " steps the gradients of " + shown + " were all zeros: they learn nothing. ";
        String dead = afterDeadUnits();
        return dead == null
                ? what
                        + "Either the loss does not depend on them, or units between them and the loss are dead, such as "
                        + "those of a ReLU that is never above 0"
                : what + "What layer " + dead
                        + " is given is 0 for every example: the units before it are dead, such as "
                        + "those of a ReLU that is never above 0. Try a smaller learning rate, other initial weights or "
                        + "LeakyReLU";
    }

    /** A layer whose weight is silent although its bias is not; null where there is none. */
    private String afterDeadUnits() {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (isSilent(i) && name.endsWith(".weight")) {
                String layer = name.substring(0, name.length() - ".weight".length());
                int bias = names.indexOf(layer + ".bias");
                if (bias >= 0 && !isSilent(bias)) {
                    return layer;
                }
            }
        }
        return null;
    }
}
