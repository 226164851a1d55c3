package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BackendException;
import dev.baton.Precision;
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
                .hasMessageContaining(
                        "there is no instruction set 'mmx': baseline, avx2, avxvnni, avx512 and amx are known");
    }

    @Test
    void productsThatTheInstructionSetLacks() {
        System.setProperty("baton.isa", "baseline");
        assertThatThrownBy(() -> Session.open("cpu", 0, Precision.BFLOAT16))
                .isInstanceOf(BackendException.class)
                .hasMessageMatching(
                        "the backend 'cpu' has no products of bfloat16: they need a processor with AVX512-BF16 "
                                + "and its instruction set avx512; this is cpu: .*baseline.*; open the session with "
                                + "Precision.FLOAT32");
    }

    @Test
    void noThreads() {
        System.setProperty(CpuProvider.THREADS, "0");
        assertThatThrownBy(() -> Session.open("cpu"))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("thread");
    }
}
