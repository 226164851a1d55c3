package dev.baton.onnx.read;

import dev.baton.Dim;
import dev.baton.Shape;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Sums of products by the letters of their axes, {@code bij,bjk->bik}: of one operand or two, in which no letter stands
 * twice. Two become one matrix product.
 */
final class Einsum {

    private Einsum() {}

    /** A tensor and a letter for each of its axes. */
    private record Operand(Tensor tensor, String letters) {

        Dim size(char letter) {
            return tensor.shape().dim(letters.indexOf(letter));
        }

        /** Sums over the letters that are not wanted. */
        Operand keep(String wanted) {
            int[] axes = letters.chars()
                    .filter(letter -> wanted.indexOf(letter) < 0)
                    .map(letters::indexOf)
                    .toArray();
            String kept = letters.chars()
                    .filter(letter -> wanted.indexOf(letter) >= 0)
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining());
            return axes.length == 0 ? this : new Operand(tensor.sum(axes), kept);
        }

        Tensor inOrder(String order) {
            return tensor.transpose(order.chars().map(letters::indexOf).toArray());
        }

        Shape shape(String of) {
            return Shape.of(of.chars().mapToObj(letter -> size((char) letter)).toList());
        }
    }

    static Tensor apply(Call call) {
        String equation = call.text("equation", "").replace(" ", "");
        String[] sides = equation.split("->", -1);
        String[] inputs = sides[0].split(",", -1);
        if (inputs.length != call.count() || inputs.length > 2 || equation.contains(".")) {
            throw call.refuse("Baton has no form for '" + equation + "' of " + call.count() + " operands");
        }
        var operands = new ArrayList<Operand>();
        for (int i = 0; i < inputs.length; i++) {
            Set<Integer> letters = inputs[i].chars().boxed().collect(Collectors.toCollection(HashSet::new));
            if (letters.size() != inputs[i].length()
                    || letters.size() != call.tensor(i).shape().rank()) {
                throw call.refuse("Baton has no form for '" + inputs[i] + "' of "
                        + call.tensor(i).shape() + ": a letter for each axis, none twice");
            }
            operands.add(new Operand(call.tensor(i), inputs[i]));
        }
        String result = sides.length > 1 ? sides[1] : once(sides[0].replace(",", ""));
        if (result.chars().anyMatch(letter -> sides[0].indexOf(letter) < 0)) {
            throw call.refuse("'" + equation + "' has letters in its result that no operand has");
        }
        if (operands.size() == 1) {
            return operands.get(0).keep(result).inOrder(result);
        }
        return multiply(operands.get(0), operands.get(1), result);
    }

    /** The letters that stand once, in the order of the alphabet: the result where none is written. */
    private static String once(String letters) {
        return letters.chars()
                .filter(letter -> letters.indexOf(letter) == letters.lastIndexOf(letter))
                .sorted()
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static Tensor multiply(Operand first, Operand second, String result) {
        Operand a = first.keep(second.letters() + result);
        Operand b = second.keep(first.letters() + result);
        String batch = common(a.letters(), b.letters(), result, true);
        String inner = common(a.letters(), b.letters(), result, false);
        String left = without(a.letters(), b.letters());
        String right = without(b.letters(), a.letters());
        Tensor rows = a.inOrder(batch + left + inner)
                .reshape(Shape.of(List.of(
                        a.shape(batch).elements(),
                        a.shape(left).elements(),
                        a.shape(inner).elements())));
        Tensor columns = b.inOrder(batch + inner + right)
                .reshape(Shape.of(List.of(
                        b.shape(batch).elements(),
                        b.shape(inner).elements(),
                        b.shape(right).elements())));
        var dims = new ArrayList<>(a.shape(batch + left).dims());
        dims.addAll(b.shape(right).dims());
        Tensor product = rows.matmul(columns).reshape(Shape.of(dims));
        return new Operand(product, batch + left + right).inOrder(result);
    }

    private static String common(String a, String b, String result, boolean kept) {
        return a.chars()
                .filter(letter -> b.indexOf(letter) >= 0 && result.indexOf(letter) >= 0 == kept)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static String without(String letters, String others) {
        return letters.chars()
                .filter(letter -> others.indexOf(letter) < 0)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }
}
