package org.example.plain;

import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.composite.AllFinite;
import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import dev.baton.program.Placement;
import dev.baton.program.Program;
import dev.baton.program.Region;
import dev.baton.program.Space;
import dev.baton.program.Strides;
import dev.baton.reference.Elements;
import dev.baton.reference.Reductions;
import dev.baton.reference.Wholes;
import dev.baton.spi.Plan;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A program, run one kernel after the other. Each kernel loads what it reads, computes in double and stores what it
 * writes; so a result may take the place of an operand, as the memory layout has it.
 */
final class PlainPlan implements Plan {

    private final Program program;
    private final PlainMemory constants = new PlainMemory();
    private final PlainMemory outputs = new PlainMemory();
    private final Map<Space, PlainMemory> memory = new EnumMap<>(Space.class);
    private NDArray[] inputs;

    PlainPlan(Program program, PlainMemory variables, PlainMemory workspace) {
        this.program = program;
        memory.put(Space.WORKSPACE, workspace);
        memory.put(Space.VARIABLES, variables);
        memory.put(Space.CONSTANTS, constants);
        memory.put(Space.OUTPUTS, outputs);
        // The plans of a session never run at the same time: they share one workspace, as large as the largest needs.
        workspace.grow(program.memory().workspace());
        outputs.grow(program.memory().outputs());
        constants.grow(program.memory().constants());
        long offset = 0;
        for (NDArray constant : program.constants()) {
            constants.upload(offset, constant.bytes());
            offset += Program.aligned(constant.bytes().remaining());
        }
    }

    @Override
    public void run(NDArray[] arguments) {
        inputs = arguments;
        for (Kernel kernel : program.kernels()) {
            if (kernel instanceof Kernel.Elementwise elementwise) {
                region(elementwise.region(), null);
            } else if (kernel instanceof Kernel.Product product) {
                product(product);
            } else if (kernel instanceof Kernel.Reduction reduction) {
                reduce(reduction);
            } else {
                whole((Kernel.Whole) kernel);
            }
        }
    }

    private double[] load(Buffer buffer) {
        Placement place = program.placement(buffer);
        return place.space() == Space.INPUT
                ? inputs[place.input()].toDoubleArray()
                : memory.get(place.space()).load(place.offset(), buffer);
    }

    private void store(double[] values, Buffer buffer) {
        Placement place = program.placement(buffer);
        memory.get(place.space()).store(values, place.offset(), buffer);
    }

    /**
     * All instructions of a fused expression at one element, then at the next.
     *
     * @param product the result of the matrix product that the region is the epilogue of; null where it is none
     */
    private void region(Region region, double[] product) {
        List<Region.Operand> operands = region.operands();
        List<Region.Instruction> instructions = region.instructions();
        List<Region.Output> written = region.outputs();
        double[][] values = operands.stream()
                .map(operand -> operand.isProduct() ? product : load(operand.buffer()))
                .toArray(double[][]::new);
        var registers = new double[operands.size() + instructions.size()];
        var results = new double[written.size()][(int) region.elements()];
        for (int element = 0; element < region.elements(); element++) {
            for (int i = 0; i < operands.size(); i++) {
                Region.Operand operand = operands.get(i);
                long offset = operand.offset() + Strides.offset(region.shape(), operand.strides(), element);
                registers[i] = values[i][(int) offset];
            }
            for (int i = 0; i < instructions.size(); i++) {
                registers[operands.size() + i] = Elements.apply(instructions.get(i), element, registers);
            }
            for (int i = 0; i < written.size(); i++) {
                results[i][element] = registers[written.get(i).register()];
            }
        }
        for (int i = 0; i < written.size(); i++) {
            store(results[i], written.get(i).buffer());
        }
    }

    /** [batch, m, k] x [batch, k, n], then the epilogue. */
    private void product(Kernel.Product product) {
        int n = (int) product.n();
        double[] a = load(product.a().buffer());
        double[] b = load(product.b().buffer());
        var result = new double[(int) (product.batch() * product.m() * n)];
        for (int i = 0; i < result.length; i++) {
            long row = i / n % product.m();
            for (long inner = 0; inner < product.k(); inner++) {
                double left = a[product.a().index(i / n / product.m(), row, inner)];
                result[i] += left * b[product.b().index(i / n / product.m(), inner, i % n)];
            }
        }
        // In this order: the product may take the place of what its epilogue reads.
        if (product.epilogue() != null) {
            region(product.epilogue(), result);
        }
        if (product.result() != null) {
            store(result, product.result());
        }
    }

    /** [outer, reduced, inner] -> [outer, inner]. */
    private void reduce(Kernel.Reduction reduction) {
        Shape shape = Shape.of(reduction.outer(), reduction.reduced(), reduction.inner());
        store(Reductions.reduce(reduction.kind(), load(reduction.input()), shape, new int[] {1}), reduction.output());
    }

    /** One node with a buffer for each input and output: the one composite that is claimed, or a primitive. */
    private void whole(Kernel.Whole kernel) {
        List<double[]> values = kernel.inputs().stream().map(this::load).toList();
        if (kernel.node().operation() == AllFinite.INSTANCE) {
            boolean finite = values.stream().flatMapToDouble(Arrays::stream).allMatch(Double::isFinite);
            store(new double[] {finite ? 1 : 0}, kernel.outputs().get(0));
        } else {
            store(Wholes.compute(kernel.node(), values), kernel.outputs().get(0));
        }
    }

    @Override
    public void read(int output, NDArray target) {
        outputs.download(program.placement(program.outputBuffers().get(output)).offset(), target.bytes());
    }

    @Override
    public String explain() {
        return "plain: every kernel loads, computes in double and stores\n" + program.explain();
    }

    @Override
    public void close() {}
}
