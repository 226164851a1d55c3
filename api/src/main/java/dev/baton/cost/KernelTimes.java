package dev.baton.cost;

import dev.baton.graph.Operation;
import dev.baton.program.Kernel;
import dev.baton.program.Program;
import dev.baton.program.Region;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Predicts the time of a program, kernel by kernel. A kernel takes its roofline time (operations at the best rate, or
 * bytes from a cache, whichever is longer) times the factor that its nearest relatives took in the calibration, and what
 * its operands take longer because they are not in a cache.
 *
 * @param backend that was measured
 * @param samples kernels that were measured alone
 * @param instructions seconds an element of the operations of fused regions; those that are missing take the least
 * @param finishing what products take beside themselves
 * @param handover seconds a byte that is handed over from kernel to kernel, beside what each takes alone
 * @param reach of memory
 * @param peak the best rate of a product, operations a second
 * @param run seconds of starting a program
 * @param command seconds of starting a kernel
 */
record KernelTimes(
        String backend,
        List<Sample> samples,
        Map<Operation, Double> instructions,
        Finishing finishing,
        double handover,
        Bandwidth reach,
        double peak,
        double run,
        double command)
        implements MeasuredSpeed {

    private static final int RELATIVES = 4;

    /** A kernel and the seconds that it took. */
    record Sample(KernelShape shape, double seconds) {

        static Sample faster(Sample one, Sample other) {
            return one.seconds() <= other.seconds() ? one : other;
        }
    }

    @Override
    public double seconds(Program program) {
        return run + Arrays.stream(kernels(program)).sum() + handover * Handover.bytes(program);
    }

    KernelTimes with(double measuredHandover) {
        return new KernelTimes(backend, samples, instructions, finishing, measuredHandover, reach, peak, run, command);
    }

    double bandwidth() {
        return reach.slowest();
    }

    /** The predicted seconds of each kernel. */
    private double[] kernels(Program program) {
        var reuse = new Reuse(program, reach);
        var seconds = new double[program.kernels().size()];
        // The first time fills the caches as a step before would have.
        for (int time = 0; time < 2; time++) {
            for (int i = 0; i < seconds.length; i++) {
                Kernel kernel = program.kernels().get(i);
                seconds[i] = seconds(kernel, reuse.seconds(kernel));
            }
        }
        return seconds;
    }

    private double seconds(Kernel kernel, double[] moving) {
        if (kernel instanceof Kernel.Elementwise elementwise) {
            return command + Math.max(computing(elementwise.region()), moving[0]);
        }
        double epilogue = kernel instanceof Kernel.Product product && product.epilogue() != null
                ? finishing(product.epilogue())
                : 0;
        KernelShape shape = KernelShape.of(kernel);
        return roofline(shape) * factor(shape) + Math.max(0, moving[0] - moving[1]) + epilogue;
    }

    private double finishing(Region epilogue) {
        return finishing.seconds(epilogue) + (Finishing.addsRow(epilogue) ? 0 : computing(epilogue));
    }

    private double computing(Region region) {
        double least =
                instructions.values().stream().min(Comparator.naturalOrder()).orElse(0.0);
        double each = region.instructions().stream()
                .mapToDouble(instruction -> instructions.getOrDefault(instruction.operation(), least))
                .sum();
        return region.elements() * each;
    }

    double roofline(KernelShape shape) {
        return Math.max(shape.operations() / peak, shape.bytes() / reach.at(shape.bytes()));
    }

    /** The mean of the nearest relatives' logarithms, those nearer with more weight. */
    private double factor(KernelShape shape) {
        List<Sample> relatives = relatives(shape);
        double weights = 0;
        double sum = 0;
        for (Sample relative : relatives) {
            double distance = shape.distance(relative.shape());
            double weight = 1 / (0.01 + distance * distance);
            weights += weight;
            sum += weight * StrictMath.log(relative.seconds() / roofline(relative.shape()));
        }
        return weights == 0 ? 1 : StrictMath.exp(sum / weights);
    }

    private List<Sample> relatives(KernelShape shape) {
        List<Sample> near = nearest(shape, sample -> sample.shape().family().equals(shape.family()));
        return near.isEmpty() ? nearest(shape, sample -> sample.shape().kind().equals(shape.kind())) : near;
    }

    private List<Sample> nearest(KernelShape shape, Predicate<Sample> related) {
        return samples.stream()
                .filter(related)
                .sorted(Comparator.comparingDouble(sample -> shape.distance(sample.shape())))
                .limit(RELATIVES)
                .toList();
    }

    /** For instance {@code 98.1 G operations/s in products, 12.3 GB/s from memory}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s operations/s in products, %s a second from memory, %d kernels",
                Figures.quantity(peak),
                Figures.bytes(reach.slowest()),
                samples.size());
    }
}
