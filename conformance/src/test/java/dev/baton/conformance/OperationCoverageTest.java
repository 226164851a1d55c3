package dev.baton.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.baton.Shape;
import dev.baton.composite.AllFinite;
import dev.baton.composite.AllReduce;
import dev.baton.composite.AveragePool;
import dev.baton.composite.CachedAttention;
import dev.baton.composite.Convolution;
import dev.baton.composite.DotProductAttention;
import dev.baton.composite.Gru;
import dev.baton.composite.Lstm;
import dev.baton.composite.MaxPool;
import dev.baton.composite.Norms;
import dev.baton.composite.PackedAttention;
import dev.baton.composite.PackedQueries;
import dev.baton.composite.QuantizedProduct;
import dev.baton.composite.RectifiedConvolution;
import dev.baton.composite.Softmax;
import dev.baton.composite.SoftmaxCrossEntropy;
import dev.baton.composite.TokenPositions;
import dev.baton.composite.Update;
import dev.baton.composite.WinogradConvolution;
import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Operation;
import dev.baton.graph.Primitive;
import dev.baton.graph.Value;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What every operation has to be tried on, read off the graphs of the cases that are about it. A new operation is held
 * against all of it.
 */
class OperationCoverageTest {

    private static final Map<Operation, Seen> SEEN = seen();

    /** Operations that take tensors of a certain rank and no other. */
    private static final Set<Operation> OF_ONE_RANK = Set.of(
            Primitive.SIZE,
            Primitive.IOTA,
            Convolution.FORWARD,
            RectifiedConvolution.FORWARD,
            RectifiedConvolution.INPUT_GRADIENT,
            WinogradConvolution.INSTANCE,
            WinogradConvolution.RECTIFIED,
            Convolution.INPUT_GRADIENT,
            Convolution.WEIGHT_GRADIENT,
            MaxPool.FORWARD,
            MaxPool.BACKWARD,
            AveragePool.FORWARD,
            AveragePool.BACKWARD,
            SoftmaxCrossEntropy.FORWARD,
            SoftmaxCrossEntropy.BACKWARD,
            DotProductAttention.FORWARD,
            DotProductAttention.BACKWARD,
            PackedAttention.FORWARD,
            PackedAttention.BACKWARD,
            PackedQueries.INSTANCE,
            CachedAttention.SEPARATE,
            CachedAttention.PACKED,
            TokenPositions.INSTANCE,
            QuantizedProduct.CONVOLUTION,
            Lstm.FORWARD,
            Lstm.BACKWARD,
            Gru.FORWARD,
            Gru.BACKWARD);

    /** What the cases of an operation have, all of them together. */
    private static final class Seen {
        private final Set<Long> sizes = new TreeSet<>();
        private final List<Set<Integer>> operands = new ArrayList<>();
        private final Set<Integer> strided = new TreeSet<>();
        private final Set<Integer> repeated = new TreeSet<>();
        private int rank;

        private void add(Node node) {
            var dimensioned = new TreeSet<Integer>();
            for (int i = 0; i < node.inputs().size(); i++) {
                Value operand = node.input(i);
                add(operand.shape());
                if (operand.node().is(Primitive.INPUT) && operand.shape().rank() > 0) {
                    dimensioned.add(i);
                } else if (operand.node().is(Primitive.TRANSPOSE)
                        || operand.node().is(Primitive.SLICE)) {
                    strided.add(i);
                } else if (operand.node().is(Primitive.BROADCAST)) {
                    repeated.add(i);
                }
            }
            operands.add(dimensioned);
            node.outputs().forEach(output -> add(output.shape()));
        }

        private void add(Shape shape) {
            rank = Math.max(rank, shape.rank());
            IntStream.range(0, shape.rank()).mapToLong(shape::size).forEach(sizes::add);
        }

        /**
         * The operands with dimensions; of operations that take any number of them those of the case with the fewest, since
         * the others are like them.
         */
        private Set<Integer> operands(Operation operation) {
            if (takesAnyNumber(operation)) {
                return operands.stream()
                        .filter(each -> !each.isEmpty())
                        .min(Comparator.comparingInt(Set::size))
                        .orElseThrow();
            }
            var all = new TreeSet<Integer>();
            operands.forEach(all::addAll);
            return all;
        }
    }

    private static boolean takesAnyNumber(Operation operation) {
        return operation instanceof Update
                || operation == AllFinite.INSTANCE
                || operation == Norms.INSTANCE
                || operation instanceof Primitive primitive && primitive.arity() == Primitive.ANY;
    }

    private static Map<Operation, Seen> seen() {
        var seen = new LinkedHashMap<Operation, Seen>();
        for (Case tried : Suite.cases()) {
            if (tried.subject() != null) {
                Graph graph = tried.graph().get();
                graph.nodes().stream()
                        .filter(node -> node.operation() == tried.subject())
                        .forEach(node -> seen.computeIfAbsent(tried.subject(), subject -> new Seen())
                                .add(node));
            }
        }
        return seen;
    }

    /** Every operation of the library: the op table and the composites. */
    private static Set<Operation> all() throws ReflectiveOperationException {
        Set<Operation> all = new LinkedHashSet<>(List.of(Primitive.values()));
        for (var type : new ClassFileImporter().importPackages("dev.baton.composite")) {
            for (Field field : type.reflect().getFields()) {
                if (Modifier.isStatic(field.getModifiers()) && Composite.class.isAssignableFrom(field.getType())) {
                    all.add((Operation) field.get(null));
                }
            }
        }
        all.add(Softmax.SOFTMAX.backward());
        all.add(Softmax.LOG_SOFTMAX.backward());
        return all;
    }

    private static List<String> without(BiPredicate<Operation, Seen> tried) {
        return SEEN.entrySet().stream()
                .filter(entry -> !tried.test(entry.getKey(), entry.getValue()))
                .map(entry -> entry.getKey().label())
                .toList();
    }

    /** A case runs on one device, where sums over several are nothing; DevicesTest compares several with one. */
    @Test
    void everyOperationHasACase() throws ReflectiveOperationException {
        Set<Operation> all = all();
        all.remove(AllReduce.INSTANCE);
        assertThat(all).allSatisfy(operation -> assertThat(SEEN).containsKey(operation));
    }

    @Test
    void aDimensionOfSizeOne() {
        assertThat(without((operation, seen) -> seen.rank == 0 || seen.sizes.contains(1L)))
                .isEmpty();
    }

    @Test
    void oddSizes() {
        assertThat(without((operation, seen) ->
                        seen.rank == 0 || seen.sizes.stream().anyMatch(size -> size > 1 && size % 2 == 1)))
                .isEmpty();
    }

    @Test
    void everyOperandAsAStridedView() {
        assertThat(without((operation, seen) -> seen.operands.stream().allMatch(Set::isEmpty)
                        || seen.strided.containsAll(seen.operands(operation))))
                .isEmpty();
    }

    /** Where operations work element by element, and of what the op table has besides. */
    @Test
    void everyOperandRepeated() {
        assertThat(without((operation, seen) -> !(operation instanceof Primitive || operation.isElementwise())
                        || seen.operands.stream().allMatch(Set::isEmpty)
                        || seen.repeated.containsAll(seen.operands(operation))))
                .isEmpty();
    }

    @Test
    void theLargestRank() {
        assertThat(without((operation, seen) -> OF_ONE_RANK.contains(operation) != (seen.rank == Shape.MAX_RANK)))
                .isEmpty();
    }
}
