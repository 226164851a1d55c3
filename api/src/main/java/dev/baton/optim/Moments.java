package dev.baton.optim;

import dev.baton.BatonException;
import dev.baton.NDArray;
import dev.baton.graph.Emitter;
import dev.baton.graph.Value;

/** The variables in which optimizers remember. */
final class Moments {

    private Moments() {}

    /** A variable like the parameter, that starts at 0, such as {@code optimizer/0.weight/velocity}. */
    static Value of(Emitter emit, Value parameter, String moment) {
        String name = "optimizer/" + parameter.node().attributes().text("name") + "/" + moment;
        var type = parameter.type();
        return emit.builder().variable(name, type, seed -> NDArray.zeros(type.dtype(), type.shape()));
    }

    static void requireDecay(double weightDecay) {
        if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY)) {
            throw new BatonException("a weight decay is at least 0, not " + weightDecay);
        }
    }
}
