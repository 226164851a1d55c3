package dev.baton.optim;

import java.util.List;

/** A schedule made from others. */
record ComposedSchedule(Schedule rates, List<PlateauSchedule> told) implements Schedule {

    @Override
    public double rate(long step) {
        return rates.rate(step);
    }
}
