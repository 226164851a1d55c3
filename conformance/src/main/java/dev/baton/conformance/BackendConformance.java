package dev.baton.conformance;

import dev.baton.DType;
import dev.baton.Precision;
import dev.baton.graph.Composite;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.runtime.Session;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The suite that every backend must pass. The author of a backend names it, and that is all:
 *
 * <pre>{@code
 * class MyBackendTest extends BackendConformance {
 *     @Override
 *     protected String backend() {
 *         return "mine";
 *     }
 * }
 * }</pre>
 *
 * <p>Every case becomes a JUnit test, compared with the reference interpreter in double. A case is skipped, with the
 * reason, where it asks for what a backend may leave out: {@code float64}, and composites, which are expanded where a
 * backend does not claim them (another case runs the definition). The log counts them at the end. Then come a few runs of a
 * trainer, which have to learn what their steps learn one by one, to the bit.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
public abstract class BackendConformance {

    private static final System.Logger LOG = System.getLogger(BackendConformance.class.getName());

    private final Map<SkipReason, Integer> skipped = new EnumMap<>(SkipReason.class);
    private int passed;
    private Backend asked;
    private Session shared;

    /** The name of the backend, as its provider gives it. */
    protected abstract String backend();

    /**
     * Whether the suite is skipped where the backend is not available, for instance because the machine has no such
     * device; by default it fails.
     */
    protected boolean mayBeUnavailable() {
        return false;
    }

    /**
     * Called once, before the backend is opened: sets what it reads when it is opened, or skips the suite with the
     * reason by {@link Assumptions#abort(String)}. Does nothing by default.
     */
    protected void prepare() {}

    /**
     * Whether a case may be skipped; true by default. A backend that claims the composites answers false for
     * {@link SkipReason#NOT_CLAIMED}, so that it does not lose a fast path unnoticed.
     */
    protected boolean maySkip(Case tried, SkipReason reason) {
        return true;
    }

    @BeforeAll
    final void openBackend() {
        BackendProvider provider = ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(candidate -> candidate.name().equals(backend()))
                .findFirst()
                .orElseThrow(
                        () -> new AssertionError("no provider of a backend '" + backend() + "' is on the class path; "
                                + "it needs a line in META-INF/services/" + BackendProvider.class.getName()));
        Availability availability = provider.availability();
        if (!availability.available()) {
            Assumptions.assumeFalse(mayBeUnavailable(), backend() + " is " + availability);
            throw new AssertionError(backend() + " is " + availability);
        }
        prepare();
        asked = provider.open();
        shared = Session.open(backend());
    }

    @AfterAll
    final void closeBackend() {
        if (shared != null) {
            var reasons = new StringBuilder();
            skipped.forEach((reason, count) ->
                    reasons.append(", ").append(count).append(" skipped: ").append(reason));
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}\n  {1} of {2} cases passed{3}",
                    asked.device(),
                    passed,
                    Suite.cases().size(),
                    reasons);
            shared.close();
            asked.close();
        }
    }

    /** All cases, by group. */
    @TestFactory
    final Stream<DynamicNode> cases() {
        Map<String, List<DynamicTest>> groups = new LinkedHashMap<>();
        for (Case tried : Suite.cases()) {
            groups.computeIfAbsent(tried.group(), group -> new ArrayList<>())
                    .add(DynamicTest.dynamicTest(tried.name(), () -> run(tried)));
        }
        return groups.entrySet().stream()
                .map(group -> DynamicContainer.dynamicContainer(group.getKey(), group.getValue()));
    }

    /** What a trainer learns, against the steps that it is made of. */
    @TestFactory
    final Stream<DynamicTest> trainingRuns() {
        var runs = new TrainingRuns(backend());
        return Stream.of(
                DynamicTest.dynamicTest("a trainer's run", runs::learnsWhatItsStepsLearn),
                DynamicTest.dynamicTest("the next batch is known", runs::learnsTheSameWhereTheNextBatchIsKnown),
                DynamicTest.dynamicTest("arrays are filled anew", runs::learnsWhatIsThereWhereArraysAreFilledAnew),
                DynamicTest.dynamicTest("under observation", runs::learnsTheSameUnderObservation),
                DynamicTest.dynamicTest("reading uses the session", runs::learnsTheSameWhereReadingUsesTheSession),
                DynamicTest.dynamicTest("an example cannot be read", runs::learnsUntilAnExampleCannotBeRead));
    }

    private void run(Case tried) {
        Graph graph = tried.graph().get();
        Optional<SkipReason> reason = reasonToSkip(tried, graph);
        if (reason.isPresent()) {
            Assertions.assertTrue(
                    maySkip(tried, reason.get()), () -> tried + " may not be skipped, but " + reason.get());
            skipped.merge(reason.get(), 1, Integer::sum);
            Assumptions.abort(reason.get().toString());
        }
        // One session for all cases without variables, whose plans find in the workspace what others left there.
        if (graph.variables().isEmpty()) {
            new Runner(tried, graph).run(shared);
        } else {
            try (var session = Session.open(backend())) {
                new Runner(tried, graph).run(session);
            }
        }
        passed++;
    }

    private Optional<SkipReason> reasonToSkip(Case tried, Graph graph) {
        for (Node node : graph.nodes()) {
            if (node.attributes().flag(Primitive.BFLOAT16)
                    && !asked.offers(Precision.BFLOAT16).available()) {
                return Optional.of(SkipReason.NO_BFLOAT16);
            }
            if (asked.supports(node)) {
                continue;
            }
            if (node.operation() == tried.subject() && tried.subject() instanceof Composite) {
                return Optional.of(SkipReason.NOT_CLAIMED);
            }
            if (Stream.concat(node.inputTypes().stream(), node.outputs().stream())
                    .map(TensorType::dtype)
                    .anyMatch(dtype -> dtype == DType.FLOAT64)) {
                return Optional.of(SkipReason.NO_FLOAT64);
            }
            if (!(node.operation() instanceof Composite)) {
                throw new AssertionError("every backend has to support the primitives, but this one does not: " + node);
            }
        }
        return Optional.empty();
    }
}
