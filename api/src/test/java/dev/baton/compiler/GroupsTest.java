package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.compiler.Groups.Group;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** What groups say of ways between them, against a search through everything. */
class GroupsTest {

    private record Wait(Node early, Node late) {}

    @Provide
    Arbitrary<List<Integer>> decisions() {
        return RandomGraphs.decisions();
    }

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    void mergesAndWaitsAreThoseThatMakeNoCycle(@ForAll("decisions") List<Integer> decisions, @ForAll long seed) {
        Graph graph = RandomGraphs.graph(decisions);
        var groups = new Groups(graph);
        var waits = new ArrayList<Wait>();
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 3 * graph.nodes().size(); i++) {
            Group a = groups.of(graph.nodes().get(random.nextInt(graph.nodes().size())));
            Group b = groups.of(graph.nodes().get(random.nextInt(graph.nodes().size())));
            if (random.nextInt(4) == 0) {
                boolean possible = a == b || !reaches(groups, waits, after(groups, waits, a), b);
                assertThat(groups.runAfter(a, b)).isEqualTo(possible);
                if (possible && a != b) {
                    waits.add(new Wait(b.nodes().get(0), a.nodes().get(0)));
                }
            } else {
                boolean possible = a != b && !throughOthers(groups, waits, a, b) && !throughOthers(groups, waits, b, a);
                assertThat(groups.canMerge(a, b)).isEqualTo(possible);
                if (possible) {
                    groups.merge(a, b);
                }
            }
        }
        List<Group> order = groups.inOrder();
        assertThat(order).doesNotHaveDuplicates();
        assertThat(order.stream().mapToInt(group -> group.nodes().size()).sum())
                .isEqualTo(graph.nodes().size());
        for (int i = 0; i < order.size(); i++) {
            Set<Group> late = new HashSet<>(order.subList(i, order.size()));
            assertThat(late).containsAll(after(groups, waits, order.get(i)));
        }
    }

    private static boolean throughOthers(Groups groups, List<Wait> waits, Group from, Group to) {
        Set<Group> first = after(groups, waits, from);
        first.remove(to);
        return reaches(groups, waits, first, to);
    }

    private static boolean reaches(Groups groups, List<Wait> waits, Set<Group> from, Group to) {
        var seen = new HashSet<>(from);
        var open = new ArrayDeque<>(from);
        while (!open.isEmpty()) {
            for (Group next : after(groups, waits, open.pop())) {
                if (seen.add(next)) {
                    open.push(next);
                }
            }
        }
        return seen.contains(to);
    }

    private static Set<Group> after(Groups groups, List<Wait> waits, Group group) {
        var after = new HashSet<Group>();
        for (Node node : group.nodes()) {
            groups.users(node).forEach(user -> after.add(groups.of(user)));
        }
        waits.stream()
                .filter(wait -> groups.of(wait.early()) == group)
                .forEach(wait -> after.add(groups.of(wait.late())));
        after.remove(group);
        return after;
    }
}
