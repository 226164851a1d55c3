package dev.baton.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.program.Program;
import dev.baton.runtime.Session;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelTimesTest {

    private static final Bandwidth EVEN = new Bandwidth(new double[] {1}, new double[] {1e9});

    private static Value input(GraphBuilder graph, String name, long... sizes) {
        return graph.input(name, new TensorType(DType.FLOAT32, Shape.of(sizes)));
    }

    private static Program program(GraphBuilder graph) {
        Graph built = graph.build();
        try (var session = Session.open("reference")) {
            return session.program(built, Map.of());
        }
    }

    private static Program product(long m, long k, long n) {
        var graph = new GraphBuilder();
        graph.output(
                "product", new Emitter(graph).matmul(input(graph, "a", m, k), input(graph, "b", k, n), false, false));
        return program(graph);
    }

    private static KernelShape shape(Program program) {
        return KernelShape.of(program.kernels().get(0));
    }

    private static KernelTimes times(List<KernelTimes.Sample> samples) {
        return new KernelTimes(
                "reference",
                samples,
                Map.of(Primitive.EXP, 2e-9),
                new Finishing(1e-9, 5e-9),
                0,
                EVEN,
                1e10,
                1e-6,
                1e-7);
    }

    @Test
    void whatWasMeasuredIsPredicted() {
        Program program = product(64, 128, 32);
        var times = times(List.of(
                new KernelTimes.Sample(shape(program), 3e-4), new KernelTimes.Sample(shape(product(8, 8, 8)), 1e-3)));
        assertThat(times.seconds(program)).isCloseTo(1e-6 + 3e-4, within(0.02 * 3e-4));
    }

    /** Twice the operations at the inefficiency of the only relative: twice the time, where operations are the limit. */
    @Test
    void aRelativeGivesItsFactor() {
        double operations = 2.0 * 512 * 512 * 512;
        var times = times(List.of(new KernelTimes.Sample(shape(product(512, 512, 512)), 3 * operations / 1e10)));
        assertThat(times.seconds(product(512, 512, 1024))).isCloseTo(1e-6 + 6 * operations / 1e10, within(1e-9));
    }

    /** Nothing of this kind was measured: the roofline itself. */
    @Test
    void withoutRelatives() {
        assertThat(times(List.of()).seconds(product(512, 512, 512)))
                .isCloseTo(1e-6 + 2.0 * 512 * 512 * 512 / 1e10, within(1e-9));
    }

    @Test
    void aRegionTakesTheLongerOfComputingAndMoving() {
        var graph = new GraphBuilder();
        var emit = new Emitter(graph);
        Value x = input(graph, "x", 1000);
        graph.output("exp", emit.apply(Primitive.EXP, x));
        // 8000 bytes at 1e9 a second; an element of exp takes 2 ns.
        assertThat(times(List.of()).seconds(program(graph))).isCloseTo(1e-6 + 1e-7 + 8e-6, within(1e-12));
    }

    /** A bias costs 1 ns an element; another array 5 ns, and its function 2 ns more. */
    @Test
    void whatAProductIsFinishedWithComesToIt() {
        Program plain = product(512, 512, 64);
        double alone = times(List.of()).seconds(plain);

        assertThat(times(List.of()).seconds(finished(64))).isCloseTo(alone + 512 * 64 * 1e-9, within(1e-3 * alone));
        assertThat(times(List.of()).seconds(finished(512, 64)))
                .isCloseTo(alone + 512 * 64 * (5e-9 + 2 * 2e-9), within(1e-3 * alone));
    }

    private static Program finished(long... addend) {
        var graph = new GraphBuilder();
        var emit = new Emitter(graph);
        Value product = emit.matmul(input(graph, "a", 512, 512), input(graph, "b", 512, 64), false, false);
        Value sum = emit.add(product, emit.broadcast(input(graph, "c", addend), Shape.of(512, 64)));
        graph.output("result", addend.length == 1 ? sum : emit.apply(Primitive.EXP, sum));
        return program(graph);
    }

    /** What a sum reads of a product's result: all of it, or as much as a core's cache may still hold. Products wait for nothing. */
    @Test
    void whatIsHandedOver() {
        assertThat(Handover.bytes(product(64, 64, 64))).isZero();
        assertThat(Handover.bytes(summed(64))).isEqualTo(4 * 64 * 64);
        assertThat(Handover.bytes(summed(512))).isEqualTo(256 * 1024);

        var slowly = times(List.of()).with(1e-6);
        assertThat(slowly.seconds(summed(64)) - times(List.of()).seconds(summed(64)))
                .isCloseTo(4 * 64 * 64 * 1e-6, within(1e-9));
    }

    private static Program summed(long size) {
        var graph = new GraphBuilder();
        var emit = new Emitter(graph);
        Value product = emit.matmul(input(graph, "a", size, size), input(graph, "b", size, size), false, false);
        graph.output("sum", emit.reduce(Primitive.SUM, product, 0));
        return program(graph);
    }

    @Test
    void whatIsFarAwayComesSlowly() {
        var bandwidth = new Bandwidth(new double[] {1e3, 1e5}, new double[] {100, 10});
        assertThat(bandwidth.at(1)).isEqualTo(100);
        assertThat(bandwidth.at(1e4)).isCloseTo(55, within(1e-9));
        assertThat(bandwidth.at(1e9)).isEqualTo(10);
        assertThat(bandwidth.slowest()).isEqualTo(10);
    }

    /** Of a row that is repeated only the row is read; of a view its own elements. */
    @Test
    void bytesOfAFusedExpression() {
        var graph = new GraphBuilder();
        var emit = new Emitter(graph);
        Value x = input(graph, "x", 30, 40);
        Value row = emit.broadcast(input(graph, "row", 40), Shape.of(30, 40));
        graph.output("sum", emit.add(x, row));
        assertThat(Traffic.of(program(graph).kernels().get(0)).bytes()).isEqualTo(4 * (30 * 40 + 40 + 30 * 40));
    }

    /** A table of which few rows are asked for. */
    @Test
    void bytesOfRows() {
        var graph = new GraphBuilder();
        Value table = input(graph, "table", 1000, 16);
        Value rows = graph.input("rows", new TensorType(DType.INT32, Shape.of(5)));
        graph.output("rows of it", new Emitter(graph).gather(table, rows, 0));
        assertThat(Traffic.of(program(graph).kernels().get(0)).bytes()).isEqualTo(4 * (5 * 16 + 5 + 5 * 16));
    }
}
