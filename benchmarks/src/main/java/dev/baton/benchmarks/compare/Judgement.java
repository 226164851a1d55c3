package dev.baton.benchmarks.compare;

/**
 * A row of the table with its numbers; what could not be measured is null.
 *
 * @param peer the best of the peers that were measured
 * @param ratio Baton's value over the peer's
 * @param must what the ratio, or for some rows Baton's value, has to reach
 * @param met whether it does
 * @param shareOfFloor the least time that the work takes by the measured ceilings, over the time it took Baton
 * @param peerShareOfFloor the same for the peer
 */
record Judgement(
        String row,
        String unit,
        Double baton,
        String peer,
        Double peerValue,
        Double ratio,
        String must,
        Boolean met,
        String aim,
        Boolean aimReached,
        Double shareOfFloor,
        Double peerShareOfFloor) {}
