package dev.baton.onnx.read;

import dev.baton.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The operators of the format that can be read, by family. */
public final class Operators {

    /** What an operator gives for what it is given. */
    @FunctionalInterface
    interface Operator {
        List<Item> apply(Call call);
    }

    private static final Map<String, Operator> ALL = new HashMap<>();

    /** By the operator's name, the numbers of the inputs that set what it does and have to be known. */
    private static final Map<String, Set<Integer>> SETTINGS = new HashMap<>();

    static {
        ElementOperators.addTo(Operators::one);
        ComparisonOperators.addTo(Operators::one);
        MovementOperators.addTo(Operators::one, ALL::put);
        SelectionOperators.addTo(Operators::one, ALL::put);
        ShapeOperators.addTo(ALL::put);
        ReductionOperators.addTo(Operators::one);
        ProductOperators.addTo(Operators::one);
        ConvolutionOperators.addTo(Operators::one);
        PoolingOperators.addTo(Operators::one);
        NormalisationOperators.addTo(Operators::one, ALL::put);
        RecurrentOperators.addTo(ALL::put);
        ResizeOperators.addTo(Operators::one);
        settings("Reshape", 1);
        settings("Squeeze", 1);
        settings("Unsqueeze", 1);
        settings("Expand", 1);
        settings("Tile", 1);
        settings("Slice", 1, 2, 3, 4);
        settings("Split", 1);
        settings("Pad", 1, 2, 3);
        settings("Clip", 1, 2);
        settings("Dropout", 1, 2);
        settings("ConstantOfShape", 0);
        settings("Range", 0, 1, 2);
        settings("OneHot", 1, 2);
        settings("CumSum", 1);
        settings("Trilu", 1);
        settings("Resize", 1, 2, 3);
        settings("Upsample", 1);
        settings("LSTM", 4);
        settings("GRU", 4);
        settings("RNN", 4);
        for (String reduction : ReductionOperators.WITH_AXES) {
            settings(reduction, 1);
        }
    }

    private Operators() {}

    private static void one(String name, Function<Call, Tensor> operator) {
        ALL.put(name, call -> List.of(Item.of(operator.apply(call))));
    }

    private static void settings(String name, Integer... inputs) {
        SETTINGS.put(name, Set.of(inputs));
    }

    /** The names of all operators, in order. */
    public static Set<String> names() {
        return new TreeSet<>(ALL.keySet());
    }

    static boolean knows(NodeSpec node) {
        return node.domain().isEmpty() && ALL.containsKey(node.operator());
    }

    static Operator of(NodeSpec node) {
        return ALL.get(node.operator());
    }

    /** Whether an input says what a node does, such as the shape of a reshape, and is no value it computes with. */
    static boolean isSetting(NodeSpec node, int input) {
        return node.domain().isEmpty()
                && SETTINGS.getOrDefault(node.operator(), Set.of()).contains(input);
    }

    /** Whether an input is gathered in training and not learnt. */
    static boolean isStatistic(NodeSpec node, int input) {
        return node.operator().equals("BatchNormalization") && (input == 3 || input == 4);
    }
}
