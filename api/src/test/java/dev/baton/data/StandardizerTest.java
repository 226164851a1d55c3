package dev.baton.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import org.junit.jupiter.api.Test;

class StandardizerTest {

    @Test
    void rowsGetMeanZeroAndDeviationOne() {
        // Mean 5 and standard deviation 2, the textbook's eight numbers; beside them a column that is always 3.
        float[][] rows = {{2, 3}, {4, 3}, {4, 3}, {4, 3}, {5, 3}, {5, 3}, {7, 3}, {9, 3}};
        Standardizer fitted = Standardizer.fit(rows);
        assertThat(fitted.mean()).containsExactly(5, 3);
        assertThat(fitted.deviation()).containsExactly(2, 1);
        assertThat(fitted.apply(new float[] {9, 3})).containsExactly(2, 0);
        assertThat(fitted.apply(rows)[0]).containsExactly(-1.5f, 0);
        assertThat(fitted).isEqualTo(Standardizer.of(new float[] {5, 3}, new float[] {2, 1}));
        assertThat(fitted.size()).isEqualTo(2);
    }

    @Test
    void whatIsNoRowIsRefused() {
        Standardizer fitted = Standardizer.of(new float[] {5, 3}, new float[] {2, 1});
        assertThatThrownBy(() -> fitted.apply(new float[3]))
                .isInstanceOf(DataException.class)
                .hasMessage("a row has 2 values, not 3");
        assertThatThrownBy(() -> fitted.apply(new float[] {1, Float.NaN}))
                .isInstanceOf(DataException.class)
                .hasMessage("value 1 of the row is NaN, not a finite number");
        assertThatThrownBy(() -> Standardizer.of(new float[] {1, 2}, new float[] {1, 0}))
                .isInstanceOf(DataException.class)
                .hasMessage("value 1 has the mean 2.0 and the standard deviation 0.0: they are to be finite, and the "
                        + "second above 0");
        assertThatThrownBy(() -> Standardizer.of(new float[2], new float[] {1}))
                .hasMessage("2 means and 1 standard deviations of a row");
        assertThatThrownBy(() -> Standardizer.fit(new float[0][])).hasMessage("there are no examples");
        assertThatThrownBy(() -> Standardizer.fit(new float[][] {{1}, {1, 2}}))
                .isInstanceOf(DataException.class)
                .hasMessage("example 1 has 2 values, example 0 has 1");
    }
}
