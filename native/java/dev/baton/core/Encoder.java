package dev.baton.core;

import dev.baton.DType;
import dev.baton.composite.Activations;
import dev.baton.composite.Int8Scale;
import dev.baton.composite.ToInt8;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.program.Buffer;
import dev.baton.program.Kernel;
import dev.baton.program.Placement;
import dev.baton.program.Program;
import dev.baton.program.Region;
import dev.baton.program.Region.Instruction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** From a program's kernels to the words of a native plan; {@code native/PLAN_FORMAT.md} says what each one means. */
final class Encoder {

    private static final int SPACE_BITS = 48;
    private static final long NONE = -1;

    /** The functions that are composites. */
    private static final Map<Operation, Long> COMPOSITES = Map.of(
            Activations.RELU, 33L,
            Activations.GELU, 36L,
            Activations.GELU_SLOPE, 37L,
            Activations.GELU_TANH, 38L,
            Activations.GELU_TANH_SLOPE, 39L,
            Activations.SILU, 40L,
            Activations.SILU_SLOPE, 41L,
            ToInt8.INSTANCE, 42L);

    private final NativeCore core;
    private final Program program;
    private final List<Long> words = new ArrayList<>();

    Encoder(NativeCore core, Program program) {
        this.core = core;
        this.program = program;
    }

    /** Whether the native core has a function of regions for an elementwise composite. */
    static boolean knows(Operation composite) {
        return COMPOSITES.containsKey(composite);
    }

    /** The number of the function of an elementwise composite; 0, which changes nothing, for null. */
    static long activation(Operation composite) {
        return composite == null ? 0 : COMPOSITES.get(composite);
    }

    NativeCore core() {
        return core;
    }

    long[] encode() {
        program.kernels().forEach(this::command);
        return words.stream().mapToLong(Long::longValue).toArray();
    }

    private void command(Kernel kernel) {
        int start = words.size();
        // The opcode and the length are known when the command is complete.
        add(0, 0);
        int opcode;
        if (kernel instanceof Kernel.Elementwise elementwise) {
            region(elementwise.region());
            opcode = 1;
        } else if (kernel instanceof Kernel.Product product) {
            product(product);
            opcode = 2 + rounded(product.bfloat16());
        } else if (kernel instanceof Kernel.Reduction reduction) {
            add(reductionKind(reduction.kind()), reduction.outer(), reduction.reduced(), reduction.inner());
            add(reference(reduction.input()), reference(reduction.output()));
            opcode = 3;
        } else {
            opcode = WholeEncoder.encode(this, (Kernel.Whole) kernel);
        }
        words.set(start, (long) opcode);
        words.set(start + 1, (long) words.size() - start);
    }

    /** What is added to the opcode of a product whose factors are rounded to bfloat16. */
    static int rounded(boolean bfloat16) {
        return bfloat16 ? 64 : 0;
    }

    void add(long... values) {
        for (long value : values) {
            words.add(value);
        }
    }

    void real(double value) {
        words.add(Double.doubleToRawLongBits(value));
    }

    /** The word of a buffer's place. */
    long reference(Buffer buffer) {
        Placement place = program.placement(buffer);
        long space = switch (place.space()) {
            case WORKSPACE -> 0;
            case VARIABLES -> 1;
            case CONSTANTS -> 2;
            case OUTPUTS -> 3;
            case INPUT -> 4L + place.input();
        };
        return space << SPACE_BITS | place.offset();
    }

    /** The words of the places of buffers. */
    void references(List<Buffer> buffers) {
        buffers.forEach(buffer -> add(reference(buffer)));
    }

    /** The word of an element's place in a buffer; a buffer without elements has one place only. */
    private long reference(Buffer buffer, long element) {
        return reference(buffer)
                + (buffer.elements() == 0 ? 0 : element * buffer.dtype().bytes());
    }

    static long type(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> 0;
            case INT32 -> 1;
            case INT64 -> 2;
            case BOOL -> 3;
            case INT8 -> 4;
            case FLOAT64 -> throw new IllegalArgumentException("claimed a node of " + dtype);
        };
    }

    private static long reductionKind(Primitive kind) {
        return switch (kind) {
            case SUM -> 0;
            case REDUCE_MAX -> 1;
            case ALL -> 2;
            case ARGMAX -> 3;
            default -> throw new IllegalArgumentException("no reduction: " + kind);
        };
    }

    private void product(Kernel.Product product) {
        add(product.batch(), product.m(), product.n(), product.k());
        add(product.a().transposed() ? 1 : 0, product.b().transposed() ? 1 : 0);
        factor(product.a());
        factor(product.b());
        add(product.result() == null ? NONE : reference(product.result()));
        add(product.epilogue() == null ? 0 : 1);
        if (product.epilogue() != null) {
            region(product.epilogue());
        }
    }

    private void factor(Kernel.Factor factor) {
        add(reference(factor.buffer(), factor.offset()), factor.rowStride(), factor.batchStride());
    }

    private void region(Region region) {
        add(region.shape().size());
        region.shape().forEach(this::add);
        add(region.operands().size());
        for (Region.Operand operand : region.operands()) {
            add(operand.isProduct() ? NONE : reference(operand.buffer(), operand.offset()));
            add(type(operand.isProduct() ? DType.FLOAT32 : operand.buffer().dtype()));
            operand.strides().forEach(this::add);
        }
        add(region.instructions().size());
        region.instructions().forEach(this::instruction);
        add(region.outputs().size());
        for (Region.Output output : region.outputs()) {
            add(
                    output.register(),
                    reference(output.buffer()),
                    type(output.buffer().dtype()));
        }
    }

    private void instruction(Instruction instruction) {
        add(function(instruction), type(instruction.dtype()));
        var registers = new ArrayList<>(instruction.arguments());
        registers.addAll(Collections.nCopies(3 - registers.size(), -1));
        registers.forEach(register -> add(register));
        if (instruction.operation() == Primitive.CONSTANT) {
            real(instruction.attributes().number(Region.NUMBER));
        } else if (instruction.operation() == ToInt8.INSTANCE) {
            Int8Scale scale = Int8Scale.of(instruction.attributes(), ToInt8.RESULT);
            add(Integer.toUnsignedLong(Float.floatToRawIntBits((float) scale.inverse()))
                    | (long) Float.floatToRawIntBits((float) scale.shift()) << Integer.SIZE);
        } else {
            add(
                    instruction.operation() == Primitive.RANDOM_UNIFORM
                            ? instruction.attributes().integer("stream")
                            : 0);
        }
    }

    private static long function(Instruction instruction) {
        Long composite = COMPOSITES.get(instruction.operation());
        if (composite != null) {
            return composite;
        }
        return switch ((Primitive) instruction.operation()) {
            case RESHAPE -> 0;
            case NEG -> 1;
            case ABS -> 2;
            case SIGN -> 3;
            case FLOOR -> 4;
            case EXP -> 5;
            case LOG -> 6;
            case EXPM1 -> 34;
            case LOG1P -> 35;
            case SQRT -> 7;
            case RSQRT -> 8;
            case RECIPROCAL -> 9;
            case TANH -> 10;
            case SIGMOID -> 11;
            case ERF -> 12;
            case SIN -> 13;
            case COS -> 14;
            case IS_FINITE -> 15;
            case NOT -> 16;
            case ADD -> 17;
            case SUB -> 18;
            case MUL -> 19;
            case DIV -> 20;
            case POW -> 21;
            case MAX -> 22;
            case MIN -> 23;
            case EQUAL -> 24;
            case LESS -> 25;
            case LESS_EQUAL -> 26;
            case AND -> 27;
            case OR -> 28;
            case SELECT -> 29;
            case CAST -> 30;
            case RANDOM_UNIFORM -> 31;
            case CONSTANT -> 32;
            default -> throw new IllegalArgumentException("not elementwise: " + instruction.operation());
        };
    }
}
