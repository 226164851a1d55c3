package dev.baton.compiler;

import dev.baton.composite.AllReduce;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The nodes of a graph in groups that run as one, and which group must wait for which.
 *
 * <p>Groups have positions, so that each lies before those that wait for it: what lies before a group cannot be reached
 * from it, and a search stops at the position of what it looks for. Merging moves only what lies between the two (Pearce
 * and Kelly 2006, "A Dynamic Topological Sort Algorithm for Directed Acyclic Graphs"), which in a graph of many layers or
 * steps is little.
 */
final class Groups {

    private static final Comparator<Group> BY_POSITION = Comparator.comparingInt(group -> group.position);

    /** Nodes that run as one, in the order of their numbers. */
    static final class Group {
        private final List<Node> nodes = new ArrayList<>();
        private int position;

        private Group(Node node) {
            nodes.add(node);
            position = node.id();
        }

        /** Its nodes, in the order of their numbers. */
        List<Node> nodes() {
            return nodes;
        }

        private int last() {
            return nodes.get(nodes.size() - 1).id();
        }
    }

    private final List<Group> groups = new ArrayList<>();
    private final List<List<Node>> users = new ArrayList<>();

    /** For each node those that must run after it, and before it: readers, and what {@link #runAfter} has added. */
    private final List<List<Node>> later = new ArrayList<>();

    private final List<List<Node>> earlier = new ArrayList<>();
    private long searched;

    /** Every node by itself. */
    Groups(Graph graph) {
        Node lastSum = null;
        for (Node node : graph.nodes()) {
            groups.add(new Group(node));
            users.add(new ArrayList<>());
            later.add(new ArrayList<>());
            earlier.add(new ArrayList<>());
            var inputs = new LinkedHashSet<Node>();
            node.inputs().stream().map(Value::node).forEach(inputs::add);
            for (Node input : inputs) {
                users.get(input.id()).add(node);
                connect(input, node);
            }
            if (node.operation() == AllReduce.INSTANCE) {
                // All devices come to them in one order, though each compiles for the size of its own part.
                if (lastSum != null) {
                    connect(lastSum, node);
                }
                lastSum = node;
            }
        }
    }

    private void connect(Node before, Node after) {
        later.get(before.id()).add(after);
        earlier.get(after.id()).add(before);
    }

    Group of(Node node) {
        return groups.get(node.id());
    }

    /** The nodes that read an output of a node, in their order. */
    List<Node> users(Node node) {
        return users.get(node.id());
    }

    /** How many groups all searches so far have looked at: what grows out of proportion where they look too far. */
    long searched() {
        return searched;
    }

    /** Whether two groups can be one: no third one lies on a way between them. */
    boolean canMerge(Group a, Group b) {
        return a != b && !reaches(first(a, b), second(a, b), false);
    }

    Group merge(Group a, Group b) {
        Group first = first(a, b);
        Group second = second(a, b);
        for (Node member : first.nodes) {
            for (Node node : later.get(member.id())) {
                if (of(node) != first && of(node) != second) {
                    putBefore(second, of(node));
                }
            }
        }
        a.position = second.position;
        a.nodes.addAll(b.nodes);
        a.nodes.sort(Comparator.comparingInt(Node::id));
        b.nodes.forEach(node -> groups.set(node.id(), a));
        return a;
    }

    /** Makes one group run after another, unless the other needs it. */
    boolean runAfter(Group late, Group early) {
        if (late == early) {
            return true;
        }
        if (reaches(late, early, true)) {
            return false;
        }
        putBefore(early, late);
        connect(early.nodes.get(0), late.nodes.get(0));
        return true;
    }

    private static Group first(Group a, Group b) {
        return a.position < b.position ? a : b;
    }

    private static Group second(Group a, Group b) {
        return a.position < b.position ? b : a;
    }

    private Set<Group> next(Group group) {
        return neighbours(group, later);
    }

    private Set<Group> neighbours(Group group, List<List<Node>> edges) {
        var found = new LinkedHashSet<Group>();
        for (Node member : group.nodes) {
            edges.get(member.id()).forEach(node -> found.add(of(node)));
        }
        found.remove(group);
        return found;
    }

    /**
     * Whether there is a way from one group to another. Looks at what lies nearest to the target first: saved values lead
     * from the forward to the backward pass at once.
     *
     * @param direct whether a step from the first to the second counts as a way
     */
    private boolean reaches(Group from, Group to, boolean direct) {
        var open = new PriorityQueue<>(BY_POSITION.reversed());
        open.add(from);
        var seen = new HashSet<>(open);
        while (!open.isEmpty()) {
            Group group = open.poll();
            searched++;
            for (Node member : group.nodes) {
                for (Node node : later.get(member.id())) {
                    Group next = of(node);
                    if (next == to && (direct || group != from)) {
                        return true;
                    }
                    if (next.position < to.position && seen.add(next)) {
                        open.add(next);
                    }
                }
            }
        }
        return false;
    }

    /** Moves what lies between two groups, none of which the later one needs, so that the first comes before the second. */
    private void putBefore(Group early, Group late) {
        int from = late.position;
        int to = early.position;
        if (to < from) {
            return;
        }
        List<Group> moved = between(early, from, to, group -> neighbours(group, earlier));
        moved.addAll(between(late, from, to, this::next));
        int[] free = moved.stream().mapToInt(group -> group.position).sorted().toArray();
        for (int i = 0; i < free.length; i++) {
            moved.get(i).position = free[i];
        }
    }

    /** A group and what can be reached from it between two positions, in order. */
    private List<Group> between(Group start, int from, int to, Function<Group, Set<Group>> neighbours) {
        var found = new ArrayList<>(List.of(start));
        var seen = new HashSet<>(found);
        for (int i = 0; i < found.size(); i++) {
            searched++;
            for (Group group : neighbours.apply(found.get(i))) {
                if (group.position >= from && group.position <= to && seen.add(group)) {
                    found.add(group);
                }
            }
        }
        found.sort(BY_POSITION);
        return found;
    }

    /** All groups, each after those that it needs; among those that could run, the one traced first. */
    List<Group> inOrder() {
        var missing = new HashMap<Group, Integer>();
        var all = new LinkedHashSet<>(groups);
        all.forEach(group -> next(group).forEach(user -> missing.merge(user, 1, Integer::sum)));
        var ready = new TreeSet<>(Comparator.comparingInt(Group::last));
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
