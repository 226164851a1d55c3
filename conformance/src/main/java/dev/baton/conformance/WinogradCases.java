package dev.baton.conformance;

import dev.baton.Shape;
import dev.baton.composite.Convolution;
import dev.baton.composite.Window;
import dev.baton.composite.WinogradConvolution;
import dev.baton.conformance.Case.Argument;
import dev.baton.graph.Attributes;
import dev.baton.graph.Emitter;
import dev.baton.graph.Graph;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Convolutions with weights that were transformed: by their graph, as no other numbers are transformed ones. */
final class WinogradCases {

    private static final String GROUP = "transformed weights";

    private static final long[] ONE = {1, 1};

    private WinogradCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        both(cases, 16, ONE, ONE, 1, 16, 32, 32);
        both(cases, 32, ONE, ONE, 3, 16, 16, 16);
        both(cases, 33, ONE, ONE, 2, 17, 9, 11);
        both(cases, 17, ONE, ONE, 19, 16, 8, 8);
        both(cases, 70, ONE, ONE, 1, 18, 37, 5);
        both(cases, 16, new long[] {0, 2}, new long[] {2, 1}, 1, 18, 4, 33);
        // Small enough for operands that are views.
        both(cases, 16, ONE, ONE, 2, 16, 9, 7);
        return cases;
    }

    private static void both(List<Case> cases, long outputs, long[] before, long[] after, long... x) {
        for (WinogradConvolution composite : List.of(WinogradConvolution.INSTANCE, WinogradConvolution.RECTIFIED)) {
            cases.add(of(composite, outputs, new Window(new long[] {3, 3}, ONE, before, after, ONE), false, x));
            cases.add(of(composite, outputs, new Window(new long[] {3, 3}, ONE, before, after, ONE), true, x));
        }
    }

    private static Case of(WinogradConvolution composite, long outputs, Window window, boolean hasBias, long... x) {
        var arguments = new ArrayList<Argument>();
        arguments.add(Shapes.floats(x));
        arguments.add(Shapes.floats(outputs, x[1], 3, 3));
        if (hasBias) {
            arguments.add(Shapes.floats(outputs));
        }
        var fills = new LinkedHashMap<String, Fill>();
        for (int i = 0; i < arguments.size(); i++) {
            fills.put("argument " + i, arguments.get(i).fill());
        }
        Supplier<Graph> graph = () -> {
            var builder = new GraphBuilder();
            var in = new ArrayList<Value>();
            for (Argument argument : arguments) {
                in.add(builder.input("argument " + in.size(), argument.type()));
            }
            var emit = new Emitter(builder);
            Attributes attributes = Convolution.attributes(window, 1);
            Value convolved = WinogradConvolution.of(emit, in.get(0), in.get(1), in.subList(2, in.size()), attributes);
            Value[] transformed = convolved.node().inputs().toArray(Value[]::new);
            builder.output("result", emit.apply(composite, convolved.node().attributes(), transformed));
            return builder.build();
        };
        String name = composite.label() + " of "
                + arguments.stream().map(Argument::toString).collect(Collectors.joining(", ")) + ", padding "
                + Shape.of(window.before()) + " and " + Shape.of(window.after());
        return new Case(GROUP, name, composite, graph, fills, 1, Tolerance.sum(x[1] * 9 + 1));
    }
}
