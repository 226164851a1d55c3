package dev.baton.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SeriesTest {

    @Test
    void fewPointsStayAsTheyAre() {
        var series = new Series();
        for (int i = 1; i <= 7; i++) {
            series.add(i, i * i);
        }

        assertThat(series.curve().x()).containsExactly(1, 2, 3, 4, 5, 6, 7);
        assertThat(series.curve().y()).containsExactly(1, 4, 9, 16, 25, 36, 49);
    }

    @Test
    void manyPointsBecomeMeansOfEqualCounts() {
        var series = new Series();
        int count = 2 * Series.MOST + 3;
        for (int i = 0; i < count; i++) {
            series.add(i, 3.0 * i);
        }
        Series.Curve curve = series.curve();

        assertThat(curve.x().length).isBetween(Series.MOST / 2, Series.MOST + 1);
        assertThat(curve.x()[0]).isEqualTo((0 + 1 + 2 + 3) / 4.0);
        assertThat(curve.x()[1]).isEqualTo((4 + 5 + 6 + 7) / 4.0);
        // A mean of points on a line is on that line.
        for (int i = 0; i < curve.x().length; i++) {
            assertThat(curve.y()[i]).isEqualTo(3 * curve.x()[i], within(1e-9));
        }
        // The last point is of the three values that did not fill one.
        assertThat(curve.x()[curve.x().length - 1]).isEqualTo(count - 2);
    }

    @Test
    void aValueThatIsNoNumberIsSeen() {
        var series = new Series();
        for (int i = 0; i < 10 * Series.MOST; i++) {
            series.add(i, i == 777 ? Double.NaN : 1);
        }

        assertThat(Arrays.stream(series.curve().y()).filter(Double::isNaN).count())
                .isEqualTo(1);
    }
}
