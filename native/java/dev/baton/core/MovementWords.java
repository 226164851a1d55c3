package dev.baton.core;

import dev.baton.Shape;
import dev.baton.graph.Attributes;
import dev.baton.program.Kernel;

/** The words of what pads, joins, folds and gathers. */
final class MovementWords {

    private MovementWords() {}

    static void pad(Encoder out, Kernel.Whole kernel) {
        Attributes attributes = kernel.node().attributes();
        Shape from = kernel.node().input(0).shape();
        out.add(Encoder.type(kernel.node().input(0).dtype()), from.rank());
        out.add(from.toArray());
        out.add(attributes.get("before", long[].class));
        out.add(attributes.get("after", long[].class));
        out.real(attributes.number("value"));
        out.references(kernel.inputs());
        out.references(kernel.outputs());
    }

    /** Each operand as rows: [outer, its part of a row]. */
    static void concat(Encoder out, Kernel.Whole kernel) {
        int axis = (int) kernel.node().attributes().integer("axis");
        Shape to = kernel.node().outputs().get(0).shape();
        out.add(Encoder.type(kernel.node().outputs().get(0).dtype()), elements(to, 0, axis));
        out.add(out.reference(kernel.outputs().get(0)), kernel.inputs().size());
        for (int i = 0; i < kernel.inputs().size(); i++) {
            Shape part = kernel.node().input(i).shape();
            out.add(
                    elements(part, axis, part.rank()),
                    out.reference(kernel.inputs().get(i)));
        }
    }

    static void fold(Encoder out, Kernel.Whole kernel) {
        Attributes attributes = kernel.node().attributes();
        Shape from = kernel.node().input(0).shape();
        Shape to = kernel.node().outputs().get(0).shape();
        int spatial = from.rank() - to.rank();
        int first = to.rank() - spatial;
        long[] stride = attributes.get("stride", long[].class);
        long[] dilation = attributes.get("dilation", long[].class);
        out.add(elements(to, 0, first), spatial);
        for (int i = 0; i < spatial; i++) {
            out.add(to.size(first + i), from.size(first + i), from.size(to.rank() + i), stride[i], dilation[i]);
        }
        out.references(kernel.inputs());
        out.references(kernel.outputs());
    }

    static void gather(Encoder out, Kernel.Whole kernel) {
        Shape table = kernel.node().input(0).shape();
        out.add(Encoder.type(kernel.node().input(0).dtype()));
        out.real(kernel.node().attributes().number("outside"));
        rows(out, table, kernel.node().input(1).shape());
        out.references(kernel.inputs());
        out.references(kernel.outputs());
    }

    static void scatterAdd(Encoder out, Kernel.Whole kernel) {
        rows(out, kernel.node().outputs().get(0).shape(), kernel.node().input(0).shape());
        out.references(kernel.inputs());
        out.references(kernel.outputs());
    }

    /** How many rows a table has, how many elements a row, and how many rows are asked for. */
    private static void rows(Encoder out, Shape table, Shape indices) {
        out.add(table.size(0), elements(table, 1, table.rank()), indices.size());
    }

    private static long elements(Shape shape, int from, int to) {
        return Shape.of(shape.dims().subList(from, to)).size();
    }
}
