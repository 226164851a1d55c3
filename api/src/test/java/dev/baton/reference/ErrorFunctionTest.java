package dev.baton.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorFunctionTest {

    /** Table 7.1 of Abramowitz and Stegun, Handbook of Mathematical Functions (1964): ten decimals. */
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.1, 0.1124629160",
        "0.5, 0.5204998778",
        "1, 0.8427007929",
        "1.5, 0.9661051465",
        "2, 0.9953222650"
    })
    void valuesOfTheHandbook(double x, double expected) {
        assertThat(ErrorFunction.erf(x)).isCloseTo(expected, within(1e-10));
        assertThat(ErrorFunction.erf(-x)).isCloseTo(-expected, within(1e-10));
    }

    /** Where the series ends and the fraction begins, at 2.5, neither value nor slope jumps. */
    @Test
    void seriesAndFractionMeet() {
        double step = 1e-4;
        for (double x = 2.49; x < 2.51; x += step) {
            double middle = x + step / 2;
            double slope = 2 / Math.sqrt(Math.PI) * Math.exp(-middle * middle);
            assertThat(ErrorFunction.erf(x + step) - ErrorFunction.erf(x)).isCloseTo(slope * step, within(1e-13));
        }
    }

    @Test
    void farOutAndNowhere() {
        assertThat(ErrorFunction.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(ErrorFunction.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(ErrorFunction.erf(Double.NaN)).isNaN();
    }
}
