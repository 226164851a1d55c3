package dev.baton.program;

import dev.baton.DType;
import dev.baton.graph.Attributes;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A fused expression, evaluated at every element of a shape. Its registers are the operands, in order, and then one for
 * each instruction.
 *
 * @param shape the sizes iterated over, outermost first
 * @param operands what is read
 * @param instructions what is computed, each from earlier registers
 * @param outputs which registers are written, each to a buffer of the region's shape
 */
public record Region(List<Long> shape, List<Operand> operands, List<Instruction> instructions, List<Output> outputs) {

    /** The attribute of a {@link Primitive#CONSTANT} instruction: the number it gives. */
    public static final String NUMBER = "number";

    /**
     * A view of a buffer.
     *
     * @param buffer what is read; null for the result of the matrix product that the region belongs to
     * @param offset elements from the start of the buffer to the first one that is read
     * @param strides elements from one index to the next, for each dimension of the shape; 0 repeats
     */
    public record Operand(Buffer buffer, long offset, List<Long> strides) {

        public Operand {
            strides = List.copyOf(strides);
        }

        /** Whether this is the result of the matrix product that the region belongs to. */
        public boolean isProduct() {
            return buffer == null;
        }

        // Written out for the reason that Value gives.
        @Override
        public boolean equals(Object other) {
            return other instanceof Operand operand
                    && Objects.equals(operand.buffer, buffer)
                    && operand.offset == offset
                    && operand.strides.equals(strides);
        }

        @Override
        public int hashCode() {
            return Objects.hash(buffer, offset, strides);
        }
    }

    /**
     * One operation on registers. {@link Primitive#CONSTANT} gives its attribute {@link #NUMBER}, {@link
     * Primitive#RESHAPE} copies.
     */
    public record Instruction(Operation operation, DType dtype, List<Integer> arguments, Attributes attributes) {

        public Instruction {
            arguments = List.copyOf(arguments);
        }
    }

    /** A register that is written to a buffer. */
    public record Output(int register, Buffer buffer) {}

    public Region {
        shape = List.copyOf(shape);
        operands = List.copyOf(operands);
        instructions = List.copyOf(instructions);
        outputs = List.copyOf(outputs);
    }

    /** The number of elements iterated over. */
    public long elements() {
        return shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }

    /** Whether every read of a buffer is at the element that is being computed. */
    public boolean readsInStep(Buffer buffer) {
        List<Long> rowMajor = Strides.rowMajor(shape);
        return operands.stream()
                .filter(operand -> buffer.equals(operand.buffer()))
                .allMatch(operand -> operand.offset() == 0 && Strides.same(shape, operand.strides(), rowMajor));
    }

    /** The operations by name, such as {@code add + relu}; numbers and copies beside others are left out. */
    public String label() {
        String names = instructions.stream()
                .map(Instruction::operation)
                .filter(operation -> operation != Primitive.CONSTANT && operation != Primitive.RESHAPE)
                .map(Operation::label)
                .collect(Collectors.joining(" + "));
        return names.isEmpty() ? "copy" : names;
    }
}
