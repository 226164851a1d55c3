package dev.baton.cost;

import dev.baton.StateException;
import dev.baton.train.EpochResult;
import dev.baton.train.TrainingListener;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a training run did cost, beside what was predicted: a listener of the {@code Trainer}, asked when the run is over.
 *
 * <pre>{@code
 * var bill = Bill.of(Cost.of(model, Shape.of(64)).training(3823, Epochs.of(20), Hardware.thisMachine()));
 * var trainer = Trainer.of(session, model).listener(bill.then(System.out::println))...build();
 * trainer.fit(...);
 * System.out.println(bill);
 * }</pre>
 *
 * <p>The time is that from one batch to the next: the first, which compiles the step, and what lies between two epochs, such
 * as measuring the validation data, are left out. Steps that are examined, and what a batch of another size compiles, are
 * in it. The energy is that of the processors' own counters where they may be
 * read, which count whatever else the machine does too; else it is power times time, and says so.
 */
public final class Bill implements TrainingListener {

    private final Estimate estimate;
    private final EnergyCounter counter;
    private long steps;
    private long timed;
    private long last;
    private long nanoseconds;
    private double joulesAtLast = Double.NaN;
    private double counted;

    private Bill(Estimate estimate, EnergyCounter counter) {
        this.estimate = estimate;
        this.counter = counter;
    }

    /** For a run that was estimated so. */
    public static Bill of(Estimate estimate) {
        return of(estimate, EnergyCounter.start());
    }

    static Bill of(Estimate estimate, EnergyCounter counter) {
        return new Bill(estimate, counter);
    }

    @Override
    public void batch(int epoch, int batch, int batches, float loss) {
        long now = System.nanoTime();
        double joules = joules();
        if (steps > 0 && batch > 1) {
            nanoseconds += now - last;
            counted += joules - joulesAtLast;
            timed++;
        }
        last = now;
        joulesAtLast = joules;
        steps++;
    }

    @Override
    public void epoch(EpochResult result) {
        // Each batch was counted when it was done.
    }

    /** NaN where nothing is counted. */
    private double joules() {
        try {
            return counter == null ? Double.NaN : counter.joules();
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** How many steps there were. */
    public long steps() {
        return steps;
    }

    /** Seconds of all steps: the mean of those that were timed, for each. */
    public double seconds() {
        if (timed == 0) {
            throw new StateException("there is no bill before the second batch of a run: the first one compiles");
        }
        return nanoseconds / 1e9 / timed * steps;
    }

    /** Whether the energy was counted, and is not power times time. */
    public boolean isEnergyCounted() {
        return timed > 0 && counted > 0;
    }

    /** The energy in joules, with the overhead of the site. */
    public double energy() {
        double ofDevices = isEnergyCounted()
                ? counted / timed * steps
                : seconds() * estimate.hardware().watts() * estimate.hardware().devices();
        return ofDevices * estimate.assumptions().overhead();
    }

    /** In the currency of the estimate's assumptions. */
    public double money() {
        return estimate.assumptions()
                .money(energy() / 3.6e6, seconds() / 3600 * estimate.hardware().devices());
    }

    /** Grams of CO2 of the electricity. */
    public double gramsOfCo2() {
        return energy() / 3.6e6 * estimate.assumptions().gramsOfCo2PerKilowattHour();
    }

    /** How far the predicted time of a step is from the measured, as a share of that: -0.1 is a tenth too short. */
    public double error() {
        return (estimate.seconds() / estimate.steps()) / (seconds() / steps) - 1;
    }

    /**
     * Every figure by name, in seconds, joules, grams, and the currency of the estimate; only the number of steps where
     * fewer than two batches were done.
     */
    public Map<String, Number> figures() {
        var figures = new LinkedHashMap<String, Number>();
        figures.put("steps", steps);
        if (timed > 0) {
            figures.put("seconds", seconds());
            figures.put("joules", energy());
            figures.put("energyCounted", isEnergyCounted() ? 1 : 0);
            figures.put("money", money());
            figures.put("gramsOfCo2", gramsOfCo2());
            figures.put("predictedSeconds", estimate.seconds());
            figures.put("errorOfPrediction", error());
        }
        return figures;
    }

    /** A table: predicted, measured, and the error of the prediction. */
    @Override
    public String toString() {
        if (timed == 0) {
            return "no bill yet: fewer than two batches were done";
        }
        String currency = estimate.assumptions().currency();
        // The plan of a whole run says nothing of a part of it.
        boolean whole = steps == estimate.steps();
        return line("", "predicted", "measured", "error")
                + line("steps", count(estimate.steps()), count(steps), "")
                + line(
                        "a step",
                        Figures.time(estimate.seconds() / estimate.steps()),
                        Figures.time(seconds() / steps),
                        error(estimate.seconds() / estimate.steps(), seconds() / steps))
                + line(
                        "time",
                        Figures.time(estimate.seconds()),
                        Figures.time(seconds()),
                        total(whole, estimate.seconds(), seconds()))
                + line(
                        "energy",
                        Figures.energy(estimate.joules()),
                        Figures.energy(energy()),
                        total(whole, estimate.joules(), energy()))
                + line(
                        "money",
                        Figures.money(estimate.money(), currency),
                        Figures.money(money(), currency),
                        total(whole, estimate.money(), money()))
                + line(
                        "CO2",
                        Figures.grams(estimate.gramsOfCo2()),
                        Figures.grams(gramsOfCo2()),
                        total(whole, estimate.gramsOfCo2(), gramsOfCo2()))
                + (isEnergyCounted()
                        ? "energy: counted by the processors (RAPL), whatever else they did included"
                        : String.format(
                                Locale.ROOT,
                                "energy: not measured, %.0f W a device times the measured time",
                                estimate.hardware().watts()))
                + ", overhead of the site " + estimate.assumptions().overhead();
    }

    private static String line(String name, String predicted, String measured, String error) {
        return String.format(Locale.ROOT, "%-8s %18s %18s %9s%n", name, predicted, measured, error);
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String total(boolean whole, double predicted, double measured) {
        return whole ? error(predicted, measured) : "";
    }

    private static String error(double predicted, double measured) {
        return measured == 0 ? "" : String.format(Locale.ROOT, "%+.1f %%", 100 * (predicted / measured - 1));
    }
}
