package dev.baton.cost;

import dev.baton.program.Program;

/** What a calibration has measured of a device: how long a program will take there. */
public interface MeasuredSpeed {

    /** The name of the backend, which {@code Session.open} takes. */
    String backend();

    /** The predicted seconds of one run of a program that was compiled for this backend. */
    double seconds(Program program);
}
