package dev.baton.infer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a model says of one example.
 *
 * @param label of the class with the highest probability; of equal ones the first
 * @param probability of that class, 0 to 1
 * @param all the probability of every class by its label, in the order of their numbers
 */
public record Answer(String label, double probability, Map<String, Double> all) {

    public Answer {
        all = Collections.unmodifiableMap(new LinkedHashMap<>(all));
    }

    /**
     * The answer of a classifier.
     *
     * @param labels the names of the classes
     * @param probabilities one for each of them
     */
    static Answer of(List<String> labels, float[] probabilities) {
        var all = new LinkedHashMap<String, Double>();
        for (int i = 0; i < probabilities.length; i++) {
            all.put(labels.get(i), (double) probabilities[i]);
        }
        int largest = Predictor.largest(probabilities);
        return new Answer(labels.get(largest), probabilities[largest], all);
    }

    /** For instance {@code cat (0.973)}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s (%.3f)", label, probability);
    }
}
