package dev.baton.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.BackendException;
import dev.baton.composite.Activations;
import dev.baton.composite.AdagradUpdate;
import dev.baton.composite.AveragePool;
import dev.baton.composite.BatchNorm;
import dev.baton.composite.ClassLabels;
import dev.baton.composite.LionUpdate;
import dev.baton.composite.RmsPropUpdate;
import dev.baton.composite.RotaryAtPositions;
import dev.baton.composite.TokenPositions;
import dev.baton.conformance.BackendConformance;
import dev.baton.conformance.Case;
import dev.baton.conformance.SkipReason;
import dev.baton.graph.Operation;
import dev.baton.runtime.Session;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;

/** The conformance suite under each instruction set, alone and with more threads than there are neat parts for. */
class CpuConformanceTest {

    /** What runs as its definition says: the compiler makes of it what is as fast, or it is next to nothing. */
    private static final Set<Operation> LEFT_TO_THE_COMPILER = Set.of(
            BatchNorm.INFERENCE,
            AveragePool.FORWARD,
            AveragePool.BACKWARD,
            ClassLabels.INSTANCE,
            TokenPositions.INSTANCE,
            RotaryAtPositions.INSTANCE,
            Activations.SOFTPLUS,
            RmsPropUpdate.INSTANCE,
            AdagradUpdate.INSTANCE,
            LionUpdate.INSTANCE);

    @Nested
    class Baseline extends Forced {
        Baseline() {
            super("baseline", 1);
        }
    }

    @Nested
    class Avx2 extends Forced {
        Avx2() {
            super("avx2", 2);
        }
    }

    @Nested
    class Avx512 extends Forced {
        Avx512() {
            super("avx512", 3);
        }
    }

    @Nested
    class Amx extends Forced {
        Amx() {
            super("amx", 2);
        }
    }

    /** The processor, made to use one instruction set and so many threads. */
    abstract static class Forced extends BackendConformance {

        private final String instructionSet;
        private final int threads;

        Forced(String instructionSet, int threads) {
            this.instructionSet = instructionSet;
            this.threads = threads;
        }

        @Override
        protected String backend() {
            return "cpu";
        }

        @Override
        protected void prepare() {
            System.setProperty("baton.isa", instructionSet);
            System.setProperty(CpuProvider.THREADS, Integer.toString(threads));
            try (var session = Session.open("cpu")) {
                assertThat(session.device()).contains(instructionSet);
            } catch (BackendException e) {
                assertThat(e).hasMessageContaining("has no instruction set");
                Assumptions.abort(e.getMessage());
            }
        }

        /**
         * Every composite is claimed that is not left to the compiler; only the reference has float64, and only some
         * processors have bfloat16.
         */
        @Override
        protected boolean maySkip(Case tried, SkipReason reason) {
            return reason == SkipReason.NO_FLOAT64
                    || reason == SkipReason.NO_BFLOAT16
                    || reason == SkipReason.NOT_CLAIMED && LEFT_TO_THE_COMPILER.contains(tried.subject());
        }

        @AfterAll
        void forget() {
            System.clearProperty(CpuProvider.THREADS);
            System.clearProperty("baton.isa");
        }
    }
}
