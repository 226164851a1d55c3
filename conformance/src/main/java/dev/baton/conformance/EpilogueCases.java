package dev.baton.conformance;

import dev.baton.conformance.Case.Argument;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Matrix products with elementwise operations after them, as layers have them. */
final class EpilogueCases {

    private static final String GROUP = "products with an epilogue";

    private EpilogueCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        long[][] sizes = {
            {1, 1, 1},
            {3, 5, 7},
            {64, 64, 64},
            {67, 129, 33},
            {1, 100, 257},
            {3, 520, 130},
            {130, 64, 10},
            {0, 5, 7},
            {3, 0, 4}
        };
        for (long[] size : sizes) {
            of(cases, size[0], size[1], size[2]);
        }
        stacks(cases);
        return cases;
    }

    /**
     * The error of a product is that of its sum: relative to the sum's largest element where it is handed out, absolute
     * where tanh and the like make it small.
     */
    private static void add(List<Case> cases, String name, Chain.Body body, Argument... in) {
        String shapes =
                String.join(", ", List.of(in).stream().map(Argument::toString).toList());
        cases.add(Chain.of(
                GROUP, name + " (" + shapes + ")", Tolerance.ofLargest(5e-6).orAbsolute(4e-5), body, in));
    }

    private static void of(List<Case> cases, long m, long k, long n) {
        Argument x = Shapes.floats(m, k);
        Argument weight = Shapes.floats(k, n);
        Argument bias = Shapes.floats(n);
        Argument result = Shapes.floats(m, n);
        add(cases, "bias", in -> List.of(in[0].matmul(in[1]).add(in[2])), x, weight, bias);
        add(cases, "bias and relu", in -> List.of(in[0].matmul(in[1]).add(in[2]).relu()), x, weight, bias);
        add(cases, "bias and gelu", in -> List.of(in[0].matmul(in[1]).add(in[2]).gelu()), x, weight, bias);
        add(
                cases,
                "both before and after",
                in -> {
                    Tensor product = in[0].matmul(in[1]);
                    return List.of(product, product.add(in[2]).tanh());
                },
                x,
                weight,
                bias);
        add(cases, "residual", in -> List.of(in[0].matmul(in[1]).add(in[2]).add(in[3])), x, weight, bias, result);
        add(cases, "bias for each row", in -> List.of(in[0].matmul(in[1]).add(in[2])), x, weight, Shapes.floats(m, 1));
        add(
                cases,
                "turned result",
                in -> List.of(in[0].matmul(in[1]).transpose(1, 0).add(in[2])),
                x,
                weight,
                Shapes.floats(n, m));
        add(
                cases,
                "turned operands",
                in -> List.of(in[0].transpose(1, 0)
                        .matmul(in[1].transpose(1, 0))
                        .add(in[2])
                        .sigmoid()),
                Shapes.floats(k, m),
                Shapes.floats(n, k),
                bias);
        add(
                cases,
                "two layers",
                in -> List.of(in[0].matmul(in[1]).add(in[2]).relu().matmul(in[3])),
                x,
                weight,
                bias,
                Shapes.floats(n, 9));
        add(cases, "product of computed operands", in -> List.of(in[0].tanh().matmul(in[1].multiply(0.5))), x, weight);
        add(
                cases,
                "two products in one sum",
                in -> List.of(in[0].matmul(in[1]).add(in[2].matmul(in[1])).tanh()),
                x,
                weight,
                x);
        add(
                cases,
                "product times itself",
                in -> {
                    Tensor product = in[0].matmul(in[1]);
                    return List.of(product.multiply(product).add(product));
                },
                x,
                weight);
        add(
                cases,
                "column sums after",
                in -> List.of(in[0].matmul(in[1]).add(in[2]).tanh().sum(0)),
                x,
                weight,
                bias);
        // The second product may take the place of the first, but not before its epilogue has read it.
        add(
                cases,
                "kept for later beside what dies",
                in -> {
                    Tensor first = in[0].matmul(in[1]);
                    Tensor second = in[2].matmul(in[1]);
                    return List.of(first.add(second).tanh().sum(0), second.sum(0));
                },
                x,
                weight,
                x);
        add(
                cases,
                "both kept for later",
                in -> {
                    Tensor first = in[0].matmul(in[1]);
                    Tensor second = in[2].matmul(in[1]);
                    return List.of(first.add(second).tanh().sum(0), first.sum(0), second.sum(0));
                },
                x,
                weight,
                x);
        // The epilogue reads what the product is computed from: that has to be there before.
        add(
                cases,
                "residual of a computed operand",
                in -> {
                    Tensor computed = in[0].tanh();
                    return List.of(computed.matmul(in[1]).add(computed));
                },
                result,
                Shapes.floats(n, n));
        add(
                cases,
                "residual of a computed operand that is kept",
                in -> {
                    Tensor computed = in[0].tanh();
                    return List.of(computed.matmul(in[1]).add(computed).sigmoid(), computed);
                },
                result,
                Shapes.floats(n, n));
        add(
                cases,
                "residual of a computed operand that nothing needs afterwards",
                in -> {
                    Tensor computed = in[0].tanh();
                    return List.of(computed.matmul(in[1]).add(computed).sum(0));
                },
                result,
                Shapes.floats(n, n));
        add(
                cases,
                "residual of a computed weight",
                in -> {
                    Tensor computed = in[0].tanh();
                    return List.of(in[1].matmul(computed).add(computed));
                },
                result,
                Shapes.floats(m, m));
        add(
                cases,
                "masked",
                in -> List.of(in[2].lessThan(in[3]).select(in[0].matmul(in[1]), in[2])),
                x,
                weight,
                result,
                result);
    }

    private static void stacks(List<Case> cases) {
        Argument x = Shapes.floats(3, 2, 17, 5);
        Argument y = Shapes.floats(3, 2, 5, 19);
        add(
                cases,
                "stack with bias",
                in -> List.of(in[0].matmul(in[1]).add(in[2]).relu()),
                x,
                y,
                Shapes.floats(19));
        add(
                cases,
                "stack with a mask for each row",
                in -> List.of(in[0].matmul(in[1]).add(in[2])),
                x,
                y,
                Shapes.floats(3, 1, 17, 1));
        add(cases, "square of a matrix", in -> List.of(in[0].matmul(in[0]).add(in[0])), Shapes.floats(33, 33));
        add(
                cases,
                "matrix times itself turned",
                in -> List.of(in[0].matmul(in[0].transpose(1, 0))),
                Shapes.floats(33, 17));
        add(
                cases,
                "attention",
                in -> {
                    Tensor scores = in[0].matmul(in[1].transpose(0, 1, 3, 2)).multiply(1 / Math.sqrt(8));
                    Tensor exponential =
                            scores.subtract(scores.max(3).reshape(2, 3, 7, 1)).exp();
                    return List.of(exponential
                            .divide(exponential.sum(3).reshape(2, 3, 7, 1))
                            .matmul(in[2]));
                },
                Shapes.floats(2, 3, 7, 8),
                Shapes.floats(2, 3, 7, 8),
                Shapes.floats(2, 3, 7, 8));
        add(
                cases,
                "heads side by side",
                in -> List.of(in[0].reshape(5, 3, 8)
                        .transpose(1, 0, 2)
                        .matmul(in[1])
                        .transpose(1, 0, 2)
                        .reshape(5, 21)),
                Shapes.floats(5, 24),
                Shapes.floats(3, 8, 7));
    }
}
