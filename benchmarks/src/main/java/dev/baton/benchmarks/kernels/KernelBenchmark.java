package dev.baton.benchmarks.kernels;

import dev.baton.NDArray;
import dev.baton.runtime.Session;
import dev.baton.spi.Plan;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One run of a compiled kernel. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class KernelBenchmark {

    /** A name in {@link Kernels}; {@link KernelBenchmarks} sets it. */
    @Param("adam")
    public String kernel;

    private Session session;
    private Plan plan;
    private NDArray[] inputs;

    @Setup
    public void compile() {
        session = Session.open();
        Kernel traced = Kernels.ALL.get(kernel).get();
        plan = session.compile(traced.graph(), Map.of());
        inputs = traced.inputs();
    }

    @Benchmark
    public void run() {
        plan.run(inputs);
    }

    @TearDown
    public void close() {
        session.close();
    }
}
