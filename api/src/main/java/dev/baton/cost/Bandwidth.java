package dev.baton.cost;

/** How many bytes a second come from memory that was last used so many bytes ago: from a cache, or from far away. */
final class Bandwidth {

    private final double[] distances;
    private final double[] rates;

    /**
     * @param distances bytes, growing
     * @param rates bytes a second at each
     */
    Bandwidth(double[] distances, double[] rates) {
        this.distances = distances;
        this.rates = rates;
    }

    /** At a distance; between two that were measured, by the logarithm. */
    double at(double distance) {
        int last = distances.length - 1;
        if (distance <= distances[0]) {
            return rates[0];
        }
        for (int i = 1; i <= last; i++) {
            if (distance < distances[i]) {
                double part =
                        StrictMath.log(distance / distances[i - 1]) / StrictMath.log(distances[i] / distances[i - 1]);
                return rates[i - 1] + part * (rates[i] - rates[i - 1]);
            }
        }
        return rates[last];
    }

    /** From the memory itself. */
    double slowest() {
        return rates[rates.length - 1];
    }
}
