package dev.baton.cost;

import dev.baton.graph.Primitive;
import dev.baton.program.Region;

/**
 * What the elements of a product take beside the product, where they are finished with before they are stored.
 *
 * @param row seconds an element where a row is added to each row, a bias
 * @param whole seconds an element for everything else, such as a sum with another array; functions come to it
 */
record Finishing(double row, double whole) {

    static final Finishing FREE = new Finishing(0, 0);

    /** Seconds, without those of functions. */
    double seconds(Region epilogue) {
        return epilogue.elements() * (addsRow(epilogue) ? row : whole);
    }

    static boolean addsRow(Region epilogue) {
        return epilogue.instructions().size() == 1
                && epilogue.instructions().get(0).operation() == Primitive.ADD
                && epilogue.outputs().size() == 1
                && epilogue.operands().stream()
                        .filter(operand -> !operand.isProduct())
                        .allMatch(operand -> operand.strides().stream()
                                .limit(operand.strides().size() - 1L)
                                .allMatch(stride -> stride == 0));
    }
}
