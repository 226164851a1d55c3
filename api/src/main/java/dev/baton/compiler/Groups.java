package dev.baton.compiler;

import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The nodes of a graph in groups that run as one, and which group must wait for which. */
final class Groups {

    /** Nodes that run as one, in the order of their numbers. */
    static final class Group {
        private final TreeSet<Integer> members = new TreeSet<>();
        private final Set<Integer> waiting = new LinkedHashSet<>();

        /** The numbers of its nodes. */
        Collection<Integer> members() {
            return members;
        }
    }

    private final Graph graph;
    private final List<List<Integer>> users = new ArrayList<>();
    private final Map<Integer, Group> groups = new HashMap<>();

    /** Every node by itself. */
    Groups(Graph graph) {
        this.graph = graph;
        for (Node node : graph.nodes()) {
            users.add(new ArrayList<>());
            var group = new Group();
            group.members.add(node.id());
            groups.put(node.id(), group);
            for (Value input : new LinkedHashSet<>(node.inputs())) {
                users.get(input.node().id()).add(node.id());
            }
        }
    }

    Group of(Node node) {
        return groups.get(node.id());
    }

    /** The nodes that read an output of a node, in their order. */
    List<Node> users(Node node) {
        return users.get(node.id()).stream().map(graph.nodes()::get).toList();
    }

    List<Node> nodes(Group group) {
        return group.members.stream().map(graph.nodes()::get).toList();
    }

    /** Whether two groups can be one: no third one lies on a way between them. */
    boolean canMerge(Group a, Group b) {
        return a != b && !reachesThroughOthers(a, b) && !reachesThroughOthers(b, a);
    }

    Group merge(Group a, Group b) {
        a.members.addAll(b.members);
        a.waiting.addAll(b.waiting);
        b.members.forEach(member -> groups.put(member, a));
        return a;
    }

    /** Makes one group run after another, unless the other needs it. */
    boolean runAfter(Group late, Group early) {
        if (late == early || reaches(late, early)) {
            return late == early;
        }
        early.waiting.add(late.members.first());
        return true;
    }

    private Set<Group> next(Group group) {
        var found = new LinkedHashSet<Group>();
        for (int member : group.members) {
            users.get(member).forEach(user -> found.add(groups.get(user)));
        }
        group.waiting.forEach(user -> found.add(groups.get(user)));
        found.remove(group);
        return found;
    }

    private boolean reachesThroughOthers(Group from, Group to) {
        return next(from).stream().filter(first -> first != to).anyMatch(first -> reaches(first, to));
    }

    private boolean reaches(Group from, Group to) {
        var seen = new HashSet<Group>(Set.of(from));
        var open = new ArrayDeque<Group>(List.of(from));
        while (!open.isEmpty()) {
            for (Group group : next(open.pop())) {
                if (group == to) {
                    return true;
                }
                if (seen.add(group)) {
                    open.push(group);
                }
            }
        }
        return false;
    }

    /** All groups, each after those that it needs; among those that could run, the one traced first. */
    List<Group> inOrder() {
        var missing = new HashMap<Group, Integer>();
        var all = new LinkedHashSet<>(groups.values());
        all.forEach(group -> next(group).forEach(user -> missing.merge(user, 1, Integer::sum)));
        var ready = new TreeSet<Group>((a, b) -> Integer.compare(a.members.last(), b.members.last()));
        all.stream().filter(group -> !missing.containsKey(group)).forEach(ready::add);
        var order = new ArrayList<Group>();
        while (!ready.isEmpty()) {
            Group group = ready.pollFirst();
            order.add(group);
            for (Group user : next(group)) {
                if (missing.merge(user, -1, Integer::sum) == 0) {
                    ready.add(user);
                }
            }
        }
        return order;
    }
}
