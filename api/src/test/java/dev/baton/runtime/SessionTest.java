package dev.baton.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.TensorType;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SessionTest {

    private static Executable answer(Session session) {
        var graph = new GraphBuilder();
        var type = new TensorType(DType.FLOAT32, Shape.of(2));
        graph.output("v", graph.variable("v", type, seed -> NDArray.of(Shape.of(2), 1f, 2f)));
        return new Executable(session, "program", graph.build(), Opened.here("program"));
    }

    @Test
    void variablesAreReadAndSet() {
        try (var session = Session.open("reference");
                var program = answer(session)) {
            program.run();
            assertThat(program.output(0).toFloatArray()).containsExactly(1, 2);
            session.set("v", NDArray.of(Shape.of(2), 3f, 4f));
            program.run();
            assertThat(program.output(0).toFloatArray()).containsExactly(3, 4);
            assertThatThrownBy(() -> session.set("v", NDArray.of(Shape.of(3), 1f, 2f, 3f)))
                    .isInstanceOf(BatonException.class)
                    .hasMessage("variable 'v' is float32[2], not float32[3]");
            NDArray read = NDArray.of(Shape.of(2), 0f, 0f);
            session.read("v", read);
            assertThat(read.toFloatArray()).containsExactly(3, 4);
            assertThatThrownBy(() -> session.read("v", NDArray.of(Shape.of(2), 1, 2)))
                    .hasMessage("variable 'v' is float32[2], not int32[2]");
            assertThatThrownBy(() -> session.value("w")).hasMessage("there is no variable 'w'; there are [v]");
        }
    }

    @Test
    void theSeedIsAnOption() {
        System.setProperty(Backends.PROPERTY, "reference");
        try (var session = Session.open(42)) {
            assertThat(session.seed()).isEqualTo(42);
            assertThat(session.toString())
                    .matches("session opened at SessionTest.java:\\d+ on reference: plain Java, one thread; .*");
        } finally {
            System.clearProperty(Backends.PROPERTY);
        }
    }

    private static void assertClosed(String what, ThrowingCallable... uses) {
        for (ThrowingCallable use : uses) {
            assertThatThrownBy(use)
                    .isInstanceOf(StateException.class)
                    .hasMessageMatching("the " + what + " opened at SessionTest.java:\\d+ is closed");
        }
    }

    @Test
    void whatIsClosedSaysSo() {
        var session = Session.open("reference");
        var program = answer(session);
        program.run();
        program.close();
        assertClosed(
                "program", program::run, () -> program.explain(1), () -> program.memory(1), () -> program.output(0));
        var open = answer(session);
        var closedPlan = session.compile(open.graph(), Map.of());
        closedPlan.close();
        closedPlan.close();
        assertThatThrownBy(() -> closedPlan.run(new NDArray[0]))
                .isInstanceOf(StateException.class)
                .hasMessage("the plan is closed");
        var plan = session.compile(open.graph(), Map.of());
        session.close();
        session.close();
        assertClosed(
                "session",
                open::run,
                () -> open.explain(1),
                () -> session.value("v"),
                () -> session.set("v", NDArray.of(Shape.of(2), 0f, 0f)),
                () -> session.addVariables(open.graph()),
                () -> session.compile(open.graph(), Map.of()),
                session::release,
                () -> plan.run(new NDArray[0]),
                plan::explain);
        open.close();
        plan.close();
        assertThat(session.device()).as("what it was opened on").startsWith("reference: ");
    }

    private static Throwable[] inThread(String name, ThrowingCallable... uses) throws InterruptedException {
        var caught = new Throwable[uses.length];
        var thread = new Thread(
                () -> {
                    for (int i = 0; i < uses.length; i++) {
                        caught[i] = catchThrowable(uses[i]);
                    }
                },
                name);
        thread.start();
        thread.join();
        return caught;
    }

    @Test
    void aSessionBelongsToOneThread() throws InterruptedException {
        try (var session = Session.open("reference");
                var program = answer(session)) {
            program.run();
            String start = "the session opened at SessionTest.java:\\d+ belongs to thread '"
                    + Thread.currentThread().getName() + "' and was ";
            String advice = " by 'other': open one session for each thread; to answer, one predictor serves them all";
            assertThat(inThread(
                            "other",
                            program::run,
                            () -> session.value("v"),
                            () -> session.set("v", NDArray.of(Shape.of(2), 0f, 0f)),
                            () -> session.addVariables(program.graph()),
                            program::close))
                    .allSatisfy(e -> assertThat(e)
                            .isInstanceOf(StateException.class)
                            .hasMessageMatching(start + "used" + advice));
            assertThat(inThread("other", session::close))
                    .allSatisfy(e -> assertThat(e)
                            .isInstanceOf(StateException.class)
                            .hasMessageMatching(start + "closed" + advice));
            program.run();
        }
    }

    @Test
    void aSessionWhoseThreadHasEndedIsClosedByAnother() throws InterruptedException {
        var opened = new Session[1];
        assertThat(inThread("short", () -> opened[0] = Session.open("reference")))
                .containsOnlyNulls();
        opened[0].close();
        assertThatThrownBy(opened[0]::checkUse).hasMessageEndingWith(" is closed");
    }

    @Test
    void aSessionLetGoBelongsToTheNextThread() throws InterruptedException {
        var session = Session.open("reference");
        var program = answer(session);
        session.release();
        assertThat(inThread("next", program::run)).containsOnlyNulls();
        assertThatThrownBy(session::release)
                .isInstanceOf(StateException.class)
                .hasMessageContaining(" belongs to thread 'next' and was used by '");
        session.close();
    }
}
