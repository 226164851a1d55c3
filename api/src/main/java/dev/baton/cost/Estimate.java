package dev.baton.cost;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The price of a run: what it takes, and every assumption behind it. Totals are decimal numbers: those of large models are
 * beyond a {@code long}.
 *
 * @param purpose for instance {@code training}
 * @param step what one step costs on one device
 * @param steps how many
 * @param examples that are seen in all
 * @param positions answers that one example asks for: a sequence's tokens
 * @param operations of all devices in all steps
 * @param parameterOperations the same by the rule of thumb: 6 for each parameter and position in training, 2 in answering
 *     (Kaplan et al. 2020, "Scaling Laws for Neural Language Models")
 * @param computing seconds of computing
 * @param communicating seconds of exchanging gradients between the devices, which is not hidden behind computing
 * @param hardware that runs it
 * @param assumptions about its place
 */
public record Estimate(
        String purpose,
        StepCost step,
        long steps,
        double examples,
        long positions,
        double operations,
        double parameterOperations,
        double computing,
        double communicating,
        Hardware hardware,
        Assumptions assumptions) {

    static Estimate training(Cost cost, long steps, double examples, Hardware hardware) {
        long local = (cost.batch() + hardware.devices() - 1) / hardware.devices();
        Cost.Analysed analysed = cost.analysedTraining(local, hardware);
        StepCost step = analysed.cost();
        Operations one = step.operations();
        double perExample = ((double) one.forward() + one.backward()) / local;
        double operations = perExample * examples + (double) one.update() * steps * hardware.devices();
        double computing = seconds(analysed, hardware, cost.assumptions()) * examples / (cost.batch() * (double) steps);
        return new Estimate(
                "training",
                step,
                steps,
                examples,
                cost.positions(),
                operations,
                6.0 * step.parameters() * cost.positions() * examples,
                computing * steps,
                cost.assumptions().communication().seconds(step.gradients(), hardware.devices(), hardware.link())
                        * steps,
                hardware,
                cost.assumptions());
    }

    static Estimate answering(Cost cost, long examples, Hardware hardware) {
        Cost.Analysed analysed = cost.analysedAnswer(hardware);
        StepCost step = analysed.cost();
        return new Estimate(
                "answering",
                step,
                examples,
                examples,
                cost.positions(),
                (double) step.operations().total() * examples,
                2.0 * step.parameters() * cost.positions() * examples,
                seconds(analysed, hardware, cost.assumptions()) * examples / hardware.devices(),
                0,
                hardware,
                cost.assumptions());
    }

    /** Of one step: what was measured; else the longer of computing and of moving bytes. */
    private static double seconds(Cost.Analysed step, Hardware hardware, Assumptions assumptions) {
        if (hardware.isMeasured()) {
            return step.measuredSeconds();
        }
        double computing = step.cost().operations().total() / (hardware.rate() * assumptions.utilisation());
        return Math.max(computing, step.cost().bytes() / hardware.bandwidth());
    }

    /** Seconds in all. */
    public double seconds() {
        return computing + communicating;
    }

    /** The energy in joules, with the overhead of the site. */
    public double joules() {
        return seconds() * hardware.watts() * hardware.devices() * assumptions.overhead();
    }

    /** In the currency of the assumptions: electricity, and the rent of the devices. */
    public double money() {
        return assumptions.money(joules() / 3.6e6, seconds() / 3600 * hardware.devices());
    }

    /** Grams of CO2 of the electricity. */
    public double gramsOfCo2() {
        return joules() / 3.6e6 * assumptions.gramsOfCo2PerKilowattHour();
    }

    /** The memory that a device needs; of this machine, what the process takes from the system. */
    public long memory() {
        return hardware.isMeasured() ? step.resident() : step.memory();
    }

    /** Whether a step fits into the memory of a device. */
    public boolean fits() {
        return memory() <= hardware.memory();
    }

    /** What is wrong with the plan, in words; empty where nothing is. */
    public List<String> warnings() {
        var warnings = new ArrayList<String>();
        if (!fits()) {
            double state = step.weights() + step.gradients() + step.optimizer();
            long filled = (long) Math.ceil(state / hardware.memory());
            warnings.add("does not fit: a step needs " + Figures.bytes(memory()) + " of the "
                    + Figures.bytes(hardware.memory()) + " of a device"
                    + (filled == 1
                            ? "; a smaller batch, or more devices that share it, may"
                            : "; weights, gradients and optimizer alone (" + Figures.bytes(state) + ") would fill "
                                    + filled + " devices")
                    + ". The time is that of devices which had the room");
        }
        if (purpose.equals("training") && Math.ceil(examples / steps) < hardware.devices()) {
            warnings.add("the batch is too small for so many devices: some have nothing to do");
        }
        return warnings;
    }

    /** Every figure by name: bytes, seconds, joules, grams, and the currency of the assumptions. */
    public Map<String, Number> figures() {
        var figures = new LinkedHashMap<String, Number>();
        figures.put("parameters", step.parameters());
        figures.put("batchPerDevice", step.batch());
        figures.put("steps", steps);
        figures.put("examples", examples);
        figures.put("positionsPerExample", positions);
        figures.put("stepOperationsForward", step.operations().forward());
        figures.put("stepOperationsBackward", step.operations().backward());
        figures.put("stepOperationsUpdate", step.operations().update());
        figures.put("stepBytes", step.bytes());
        figures.put("operations", operations);
        figures.put("operationsByParameters", parameterOperations);
        figures.put("memoryWeights", step.weights());
        figures.put("memoryGradients", step.gradients());
        figures.put("memoryOptimizer", step.optimizer());
        figures.put("memoryActivations", step.activations());
        figures.put("memoryInputs", step.inputs());
        figures.put("memoryArena", step.laidOut().workspace());
        figures.put("memoryTotal", memory());
        figures.put("memoryOfDevice", hardware.memory());
        figures.put("fits", fits() ? 1 : 0);
        figures.put("secondsComputing", computing);
        figures.put("secondsCommunicating", communicating);
        figures.put("seconds", seconds());
        figures.put("joules", joules());
        figures.put("money", money());
        figures.put("gramsOfCo2", gramsOfCo2());
        figures.put("devices", hardware.devices());
        figures.put("watts", hardware.watts());
        figures.put("linkBytesPerSecond", hardware.link());
        figures.put("bandwidthBytesPerSecond", hardware.bandwidth());
        if (!hardware.isMeasured()) {
            figures.put("peakOperationsPerSecond", hardware.rate());
            figures.put("utilisation", assumptions.utilisation());
        }
        figures.put("overheadOfSite", assumptions.overhead());
        figures.put("pricePerKilowattHour", assumptions.pricePerKilowattHour());
        figures.put("pricePerDeviceHour", assumptions.pricePerDeviceHour());
        figures.put("gramsOfCo2PerKilowattHour", assumptions.gramsOfCo2PerKilowattHour());
        return figures;
    }

    /** The totals, and what was taken for granted. */
    public String totals() {
        return EstimateText.totals(this);
    }

    /** A table, one layer a line, then the {@link #totals}. */
    @Override
    public String toString() {
        return EstimateText.layers(step) + totals();
    }
}
