package dev.baton.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BatonException;
import org.junit.jupiter.api.Test;

class TensorNamesTest {

    @Test
    void rulesFollowEachOther() {
        TensorNames names = TensorNames.asTheyAre()
                .rename("module\\.(.*)", "$1")
                .rename("blocks\\.(\\d+)\\.(.*)", "h.$1.$2")
                .leaveAside("h\\.\\d+\\.mask");
        assertThat(names.of("weight")).contains("weight");
        assertThat(names.of("module.weight")).contains("weight");
        assertThat(names.of("module.blocks.12.bias")).contains("h.12.bias");
        assertThat(names.of("blocks.3.mask")).isEmpty();
        // The whole name is matched, and the whole name replaced.
        assertThat(TensorNames.asTheyAre().rename("(.*?)\\.w", "$1.weight").of("a.w.w"))
                .contains("a.w.weight");
        assertThat(TensorNames.asTheyAre().rename("fc|fc1", "0").of("fc1")).contains("0");
        // A rule is for whole names.
        assertThat(names.of("a.module.weight")).contains("a.module.weight");
    }

    @Test
    void rulesThatAreNoneAreRefused() {
        assertThatThrownBy(() -> TensorNames.asTheyAre().rename("a(", "b"))
                .isInstanceOf(BatonException.class)
                .hasMessageStartingWith("'a(' is no regular expression for names: ");
        TensorNames names = TensorNames.asTheyAre().rename("a(.)", "$2");
        assertThatThrownBy(() -> names.of("ab"))
                .isInstanceOf(BatonException.class)
                .hasMessageStartingWith("the new name '$2' does not fit the pattern 'a(.)': ");
    }
}
