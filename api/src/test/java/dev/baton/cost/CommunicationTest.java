package dev.baton.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.BatonException;
import dev.baton.Shape;
import dev.baton.nn.Linear;
import dev.baton.train.Epochs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommunicationTest {

    private static final double LINK = 1.25e9;

    /** 2 (K - 1) / K of the bytes, by hand. */
    @Test
    void aRing() {
        assertThat(Communication.ring().seconds(1e9, 4, 0.5e9)).isEqualTo(3);
        assertThat(Communication.ring().seconds(1e9, 1, 0.5e9)).isZero();
    }

    /**
     * A block of 1 MB is passed on in as many rounds as it takes to double until all have it, and comes back over the
     * driver's link; workers add up where that makes fewer transfers: of 16 partitions 4 at a time, of 20 partitions 8,
     * whose 3 sums the driver takes, of 1,000 partitions 32, whose 32 sums it takes.
     */
    @ParameterizedTest
    @CsvSource({
        // devices, stages, transfers of all bytes one after the other
        "1, 1, 2",
        "2, 1, 4",
        "3, 1, 5",
        "6, 1, 9",
        "7, 2, 9",
        "16, 2, 13",
        "20, 2, 16",
        "1000, 2, 74",
    })
    void sparkByHand(int devices, int stages, int transfers) {
        double seconds = Communication.spark(0.05).seconds(1e6, devices, 1e8);
        assertThat(seconds).isCloseTo(stages * 0.05 + transfers * 0.01, within(1e-9));
    }

    @Test
    void exchangesAfterManyStepsCostEachStepAShare() {
        Communication often = Communication.spark(0.05);
        assertThat(often.after(20).seconds(1e8, 100, LINK))
                .isCloseTo(often.seconds(1e8, 100, LINK) / 20, within(1e-12));
        assertThat(often.after(20).speedUp(1, 1e8, 100, LINK))
                .isGreaterThan(often.speedUp(1, 1e8, 100, LINK))
                .isLessThan(100);
        assertThat(often.share(1, 1e8, 100, LINK)).isBetween(0.0, 1.0);
    }

    @Test
    void anEstimateTakesWhatIsAssumed() {
        Cost cost = Cost.of(new Linear(1000, 1000), Shape.of(1000)).batch(64);
        Hardware cluster = Hardware.named("A100").devices(8).link(LINK);
        Estimate ring = cost.training(6400, Epochs.of(1), cluster);
        Estimate spark = cost.assuming(Assumptions.usual().communication(Communication.spark(0.1)))
                .training(6400, Epochs.of(1), cluster);
        assertThat(ring.communicating()).isCloseTo(100 * 2 * 7 / 8.0 * 4_004_000 / LINK, within(1e-9));
        assertThat(spark.communicating()).isGreaterThan(100 * 0.1);
        assertThat(spark.toString()).endsWith(", between devices Spark, every step, 0.100 s a stage");
        assertThat(ring.toString()).doesNotContain("between devices a ring");
    }

    @Test
    void wrongNumbers() {
        assertThatThrownBy(() -> Communication.spark(-1))
                .isInstanceOf(BatonException.class)
                .hasMessage("the latency of a stage is at least 0 seconds and finite, not -1.0");
        assertThatThrownBy(() -> Communication.spark(Double.POSITIVE_INFINITY))
                .isInstanceOf(BatonException.class)
                .hasMessageEndingWith("not Infinity");
        assertThatThrownBy(() -> Communication.spark(0.1).seconds(1e6, 0, LINK))
                .isInstanceOf(BatonException.class)
                .hasMessage("at least one device exchanges more than 0 bytes, not 0 and 1000000.0");
        assertThatThrownBy(() -> Communication.ring().seconds(0, 2, LINK)).isInstanceOf(BatonException.class);
        assertThatThrownBy(() -> Communication.ring().after(0))
                .isInstanceOf(BatonException.class)
                .hasMessage("devices exchange what they have learnt after at least one step, not 0");
    }
}
