package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BackendException;
import dev.baton.runtime.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the native core refuses comes back as an exception in its own words; the process goes on. */
class CpuErrorsTest {

    @AfterEach
    void forget() {
        System.clearProperty(CpuProvider.THREADS);
        System.clearProperty("baton.isa");
    }

    @Test
    void anUnknownInstructionSet() {
        System.setProperty("baton.isa", "mmx");
        assertThatThrownBy(() -> Session.open("cpu"))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("there is no instruction set 'mmx': baseline, avx2 and avx512 are known");
    }

    @Test
    void noThreads() {
        System.setProperty(CpuProvider.THREADS, "0");
        assertThatThrownBy(() -> Session.open("cpu"))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("thread");
    }
}
