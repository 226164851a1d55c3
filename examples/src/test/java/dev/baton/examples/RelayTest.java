package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class RelayTest extends ExampleTest {

    private static double squeeze(double sum) {
        return 1 / (1 + Math.exp(-sum));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.4f", value);
    }

    /** Every number of the page, computed once more by the formulas that stand beside it. */
    @Test
    void theNumbersAreThoseOfTheFormulas() {
        assertThat(run("relay", "--backend", "reference", "--steps", "1")).isZero();
        double sum1 = 0.3 * 0.5 + 0.2 * 0.8 + 0.1;
        double sum2 = -0.4 * 0.5 + 0.6 * 0.8 - 0.2;
        double h1 = squeeze(sum1);
        double h2 = squeeze(sum2);
        double sum = 0.7 * h1 - 0.5 * h2 + 0.3;
        double y = squeeze(sum);
        double byY = 2 * (y - 0.9);
        double bySum = byY * y * (1 - y);
        double bySum1 = bySum * 0.7 * h1 * (1 - h1);
        double bySum2 = bySum * -0.5 * h2 * (1 - h2);
        assertThat(out.toString())
                .contains(
                        "= 0.3 * 0.5 + 0.2 * 0.8 + 0.1 = " + number(sum1),
                        "h1  = squeeze(" + number(sum1) + ") = " + number(h1),
                        "= -0.4 * 0.5 + 0.6 * 0.8 + -0.2 = " + number(sum2),
                        "h2  = squeeze(" + number(sum2) + ") = " + number(h2),
                        "= 0.7 * " + number(h1) + " + -0.5 * " + number(h2) + " + 0.3 = " + number(sum),
                        "y   = squeeze(" + number(sum) + ") = " + number(y),
                        String.format(Locale.ROOT, "- 0.9)^2 = %.6f", (y - 0.9) * (y - 0.9)));
        assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
                .contains(
                        "error by y = 2 (y - wanted) = 2 (" + number(y) + " - 0.9) = " + signed(byY),
                        "error by sum = " + signed(byY) + " * " + number(y * (1 - y)) + " = " + signed(bySum),
                        "error by c1 = " + signed(bySum) + " * " + number(h1) + " (h1) = " + signed(bySum * h1),
                        "error by c2 = " + signed(bySum) + " * " + number(h2) + " (h2) = " + signed(bySum * h2),
                        "error by c0 = " + signed(bySum) + " * 1 = " + signed(bySum),
                        "error by h1 = " + signed(bySum) + " * 0.7 (c1) = " + signed(bySum * 0.7),
                        "error by h2 = " + signed(bySum) + " * -0.5 (c2) = " + signed(bySum * -0.5),
                        "error by sum = " + signed(bySum * 0.7) + " * " + number(h1 * (1 - h1)) + " = "
                                + signed(bySum1),
                        "error by a1 = " + signed(bySum1) + " * 0.5 (x1) = " + signed(bySum1 * 0.5),
                        "error by a2 = " + signed(bySum1) + " * 0.8 (x2) = " + signed(bySum1 * 0.8),
                        "error by a0 = " + signed(bySum1) + " * 1 = " + signed(bySum1),
                        "error by sum = " + signed(bySum * -0.5) + " * " + number(h2 * (1 - h2)) + " = "
                                + signed(bySum2),
                        "error by b1 = " + signed(bySum2) + " * 0.5 (x1) = " + signed(bySum2 * 0.5),
                        "error by b2 = " + signed(bySum2) + " * 0.8 (x2) = " + signed(bySum2 * 0.8),
                        "error by b0 = " + signed(bySum2) + " * 1 = " + signed(bySum2),
                        String.format(Locale.ROOT, "c1 +0.7000 %+.6f %+.6f", bySum * h1, 0.7 - 0.5 * bySum * h1),
                        String.format(Locale.ROOT, "b0 -0.2000 %+.6f %+.6f", bySum2, -0.2 - 0.5 * bySum2));
    }

    @Test
    void itLearnsAndTheCheckAgrees() {
        assertThat(run("relay", "--backend", "cpu", "--steps", "150")).isZero();
        assertThat(out.toString())
                .containsPattern("\n    100 +0\\.8\\d{3} +0\\.0001\\d{4}\n    150 +0\\.89\\d\\d ")
                .contains("gradients: 9 of 9 agree with finite differences")
                .doesNotContain("WRONG")
                .containsPattern("\nweights: sha256 [0-9a-f]{64}\n$");
        assertThat(out.toString().lines().map(String::length)).allMatch(length -> length <= 84);
    }

    @Test
    void wrongUsageIsSaid() {
        assertThat(run("relay", "--steps", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("Invalid value for option '--steps': at least 1, not 0");
        assertThat(run("relay", "--backend", "nonsense")).isEqualTo(1);
        assertThat(err.toString()).contains("there is no backend named 'nonsense'");
    }
}
