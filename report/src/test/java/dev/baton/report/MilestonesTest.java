package dev.baton.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MilestonesTest {

    private static List<Integer> kept(int most, int count) {
        var milestones = new Milestones<Integer>(most);
        for (int i = 1; i <= count; i++) {
            milestones.add(i);
        }
        return milestones.all();
    }

    @Test
    void nothingComesOfNothing() {
        assertThat(kept(4, 0)).isEmpty();
    }

    @Test
    void theFirstTheLastAndSomeAtEqualDistancesAreKept() {
        assertThat(kept(4, 1)).containsExactly(1);
        assertThat(kept(4, 4)).containsExactly(1, 2, 3, 4);
        assertThat(kept(4, 5)).containsExactly(1, 3, 5);
        assertThat(kept(4, 6)).containsExactly(1, 3, 5, 6);
        assertThat(kept(4, 9)).containsExactly(1, 5, 9);
        assertThat(kept(4, 100)).containsExactly(1, 33, 65, 97, 100);
    }

    @Test
    void anOddNumberOfThemDoesAsWell() {
        assertThat(kept(3, 100)).containsExactly(1, 65, 100);
    }
}
