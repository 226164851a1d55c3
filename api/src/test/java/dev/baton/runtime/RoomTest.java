package dev.baton.runtime;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BackendException;
import dev.baton.graph.GraphBuilder;
import dev.baton.program.Program;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoomTest {

    private static final long CONSTANTS = 24;
    private static final long OUTPUTS = 8;

    /** 100 bytes of workspace for each example. */
    private static Program ofBatch(long batch) {
        var memory = new Program.Memory(100 * batch, 100 * batch, CONSTANTS, OUTPUTS);
        return new Program(new GraphBuilder().build(), Map.of(), List.of(), Map.of(), List.of(), List.of(), memory);
    }

    private static void require(long free, long workspace, long batch) {
        new Room("a GPU", free, workspace).require(batch, ofBatch(batch), RoomTest::ofBatch);
    }

    @Test
    void whatFits() {
        assertThatCode(() -> require(6432, 0, 64)).doesNotThrowAnyException();
        // Programs of a session share their workspace.
        assertThatCode(() -> require(32, 6400, 64)).doesNotThrowAnyException();
        assertThatCode(() -> require(Long.MAX_VALUE, 0, 64)).doesNotThrowAnyException();
    }

    @Test
    void whatDoesNotFitNamesTheLargestBatchThatDoes() {
        assertThatThrownBy(() -> require(6431, 0, 64))
                .isInstanceOf(BackendException.class)
                .hasMessage("a program for batches of 64 needs another 6.3 KiB, and 6.3 KiB are free on a GPU; "
                        + "batches of 63 would fit");
        assertThatThrownBy(() -> require(1000, 500, 64)).hasMessageEndingWith("; batches of 14 would fit");
    }

    @Test
    void notEvenOneExample() {
        assertThatThrownBy(() -> require(131, 0, 64)).hasMessageEndingWith("; not even one example would fit");
        assertThatThrownBy(() -> require(10, 0, 1)).hasMessageEndingWith("; not even one example would fit");
    }
}
