package dev.baton.benchmarks.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.runtime.Session;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelsTest {

    @Test
    void everyKernelCompilesAndRuns() {
        Kernels.ALL.forEach((name, traced) -> {
            Kernel kernel = traced.get();
            try (var session = Session.open()) {
                var plan = session.compile(kernel.graph(), Map.of());
                plan.run(kernel.inputs());
                assertThat(plan.explain()).as(name).isNotEmpty();
            }
        });
    }

    @Test
    void theBackwardProgramOfAProductIsTwoProducts() {
        Kernel backward = Kernels.ALL.get("product 512, backward").get();
        long product = 2L * 512 * 512 * 512;
        assertThat(backward.graph().bind(Map.of()).operations()).isBetween(2 * product, 2 * product + 10 * 512 * 512);
    }

    @Test
    void kernelsAreChosenByAWordOfTheirNames() {
        assertThat(KernelBenchmarks.chosen("gelu", "adam")).containsExactly("gelu, forward", "gelu, backward", "adam");
        assertThat(KernelBenchmarks.chosen()).hasSameSizeAs(Kernels.ALL.keySet());
        assertThat(KernelBenchmarks.chosen("no such")).isEmpty();
    }
}
