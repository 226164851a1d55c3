package dev.baton.graph;

import java.util.Set;

/** Finds the line of the user's own source that an operation comes from. */
public final class SourceLine {

    /** The packages of this library; tests and examples below {@code dev.baton} count as the user's. */
    private static final Set<String> OWN = Set.of(
            "dev.baton",
            "dev.baton.graph",
            "dev.baton.composite",
            "dev.baton.tensor",
            "dev.baton.autodiff",
            "dev.baton.compiler",
            "dev.baton.runtime",
            "dev.baton.nn",
            "dev.baton.model",
            "dev.baton.loss",
            "dev.baton.optim",
            "dev.baton.metrics",
            "dev.baton.io",
            "dev.baton.cost",
            "dev.baton.onnx",
            "dev.baton.onnx.read");

    /** What runs a model: frames below these belong to the loop, not to the model. */
    private static final Set<String> RUNNERS =
            Set.of("dev.baton.train", "dev.baton.infer", "dev.baton.runtime", "dev.baton.cost");

    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private SourceLine() {}

    /** The nearest line outside this library, such as {@code Digits.java:31}; empty where there is none. */
    public static String find() {
        return find("");
    }

    /**
     * The nearest line outside this library; where the library's own loop stands between, the given line of the
     * layer's creation is nearer to the cause.
     */
    static String find(String created) {
        return WALKER.walk(frames -> {
            var iterator = frames.iterator();
            while (iterator.hasNext()) {
                StackWalker.StackFrame frame = iterator.next();
                String name = frame.getDeclaringClass().getPackageName();
                if (RUNNERS.contains(name) && !created.isEmpty()) {
                    return created;
                }
                boolean own = OWN.contains(name) || RUNNERS.contains(name);
                if ((!own || isTest(frame)) && !name.startsWith("java.") && !name.startsWith("jdk.")) {
                    return frame.getFileName() + ":" + frame.getLineNumber();
                }
            }
            return created;
        });
    }

    /** Tests stand in the packages that they test. By the class: a frame's file is looked up slowly. */
    private static boolean isTest(StackWalker.StackFrame frame) {
        String name = frame.getClassName();
        int inner = name.indexOf('$');
        return (inner < 0 ? name : name.substring(0, inner)).endsWith("Test");
    }
}
