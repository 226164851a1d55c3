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
import org.junit.jupiter.api.Test;

class SessionTest {

    private static Executable answer(Session session) {
        var graph = new GraphBuilder();
        var type = new TensorType(DType.FLOAT32, Shape.of(2));
        graph.output("v", graph.variable("v", type, seed -> NDArray.of(Shape.of(2), 1f, 2f)));
        return new Executable(session, "program", graph.build());
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
            assertThatThrownBy(() -> session.value("w")).hasMessage("there is no variable 'w'; there are [v]");
        }
    }

    @Test
    void whatIsClosedSaysSo() {
        var session = Session.open("reference");
        var program = answer(session);
        program.run();
        program.close();
        assertThatThrownBy(program::run).isInstanceOf(StateException.class).hasMessage("the program is closed");
        assertThatThrownBy(() -> program.explain(1))
                .isInstanceOf(StateException.class)
                .hasMessage("the program is closed");
        assertThatThrownBy(() -> program.output(0))
                .isInstanceOf(StateException.class)
                .hasMessage("the program is closed");
        var open = answer(session);
        session.close();
        session.close();
        assertThatThrownBy(open::run).isInstanceOf(StateException.class).hasMessage("the session is closed");
        assertThatThrownBy(() -> session.value("v"))
                .isInstanceOf(StateException.class)
                .hasMessage("the session is closed");
        assertThatThrownBy(() -> open.explain(1))
                .isInstanceOf(StateException.class)
                .hasMessage("the session is closed");
    }

    @Test
    void aSessionBelongsToOneThread() throws InterruptedException {
        try (var session = Session.open("reference");
                var program = answer(session)) {
            program.run();
            var caught = new Throwable[3];
            var thread = new Thread(
                    () -> {
                        caught[0] = catchThrowable(program::run);
                        caught[1] = catchThrowable(() -> session.value("v"));
                        caught[2] = catchThrowable(() -> session.set("v", NDArray.of(Shape.of(2), 0f, 0f)));
                    },
                    "other");
            thread.start();
            thread.join();
            assertThat(caught)
                    .allSatisfy(e -> assertThat(e)
                            .isInstanceOf(StateException.class)
                            .hasMessage("the session belongs to thread '"
                                    + Thread.currentThread().getName()
                                    + "' and was used by 'other': open one session for each thread"));
        }
    }

    @Test
    void aSessionLetGoBelongsToTheNextThread() throws InterruptedException {
        var session = Session.open("reference");
        var program = answer(session);
        session.release();
        var caught = new Throwable[1];
        var thread = new Thread(() -> caught[0] = catchThrowable(program::run), "next");
        thread.start();
        thread.join();
        assertThat(caught[0]).isNull();
        assertThatThrownBy(session::release)
                .isInstanceOf(StateException.class)
                .hasMessageStartingWith("the session belongs to thread 'next' and was used by '");
    }
}
