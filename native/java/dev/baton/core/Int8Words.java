package dev.baton.core;

import dev.baton.Shape;
import dev.baton.composite.Int8Scale;
import dev.baton.composite.QuantizedProduct;
import dev.baton.composite.Window;
import dev.baton.graph.Attributes;
import dev.baton.graph.Node;
import dev.baton.program.Kernel;

/** The words of products of bytes. */
final class Int8Words {

    private Int8Words() {}

    static void product(Encoder out, Kernel.Whole kernel) {
        Node node = kernel.node();
        Attributes attributes = node.attributes();
        Shape x = node.input(0).shape();
        long outputs = node.input(3).shape().size(0);
        if (node.operation() == QuantizedProduct.LINEAR) {
            // Rows are pictures of one element.
            long inputs = x.size(-1);
            long rows = Shape.of(x.dims().subList(0, x.rank() - 1)).size();
            out.add(rows, inputs, outputs);
            out.add(1, 1, 1, 1, 0);
            out.add(1, 1, 1, 1, 0);
            out.add(0);
        } else {
            Window window = Window.of(attributes);
            Shape results = node.outputs().get(0).shape();
            out.add(x.size(0), x.size(3), outputs);
            for (int side = 0; side < 2; side++) {
                out.add(x.size(1 + side), window.kernel()[side], results.size(1 + side));
                out.add(window.stride()[side], window.before()[side]);
            }
            out.add(attributes.integer(QuantizedProduct.PADDING));
        }
        Int8Scale result = Int8Scale.of(attributes, QuantizedProduct.RESULT);
        Int8Scale addend = Int8Scale.of(attributes, QuantizedProduct.ADDEND);
        boolean addsNumbers = node.inputs().size() == 5 && addend == null;
        out.add(Encoder.activation(QuantizedProduct.activation(attributes)));
        out.add((result == null ? 0 : 1) + (addsNumbers ? 2 : 0));
        out.real(result == null ? 0 : result.inverse());
        out.add(result == null ? 0 : result.zero());
        out.real(addend == null ? 0 : addend.scale());
        out.add(addend == null ? 0 : addend.zero());
        out.references(kernel.inputs());
        if (node.inputs().size() < 5) {
            out.add(-1);
        }
        out.references(kernel.outputs());
    }
}
