package dev.baton.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CeilingsTest {

    @Test
    void theLinesOfTheProgramAreRead() throws IOException {
        Ceilings ceilings = Ceilings.parse("""
                {"ceiling":"multiply-adds","instructions":"avx512","threads":2,"perSecond":1.1500e+11}
                {"ceiling":"bandwidth","bytes":1000,"perSecond":1.0000e+11}
                {"ceiling":"bandwidth","bytes":4000,"perSecond":5.0000e+10}
                """);
        assertThat(ceilings.instructions()).isEqualTo("avx512");
        assertThat(ceilings.threads()).isEqualTo(2);
        assertThat(ceilings.seconds(new Work(1.15e11, 1000, 1))).isEqualTo(1);
        assertThat(ceilings.seconds(new Work(1, 4000, 1))).isEqualTo(8e-8);
    }
}
