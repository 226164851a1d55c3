package dev.baton.conformance;

import dev.baton.conformance.Case.Argument;
import dev.baton.graph.GraphBuilder;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Several operations one after the other, as a model has them. */
final class Chain {

    /** From the arguments to the results. */
    @FunctionalInterface
    interface Body {
        List<Tensor> apply(Tensor[] in);
    }

    private Chain() {}

    /** A case that hands out all results of a body. */
    static Case of(String group, String name, Tolerance tolerance, Body body, Argument... arguments) {
        var fills = new LinkedHashMap<String, Fill>();
        for (int i = 0; i < arguments.length; i++) {
            fills.put("argument " + i, arguments[i].fill());
        }
        return new Case(
                group,
                name,
                null,
                () -> {
                    var builder = new GraphBuilder();
                    var in = new ArrayList<Tensor>();
                    for (Argument argument : arguments) {
                        in.add(Tensor.of(builder, builder.input("argument " + in.size(), argument.type())));
                    }
                    List<Tensor> results = body.apply(in.toArray(Tensor[]::new));
                    for (int i = 0; i < results.size(); i++) {
                        builder.output("result " + i, results.get(i).value());
                    }
                    return builder.build();
                },
                fills,
                1,
                tolerance);
    }
}
