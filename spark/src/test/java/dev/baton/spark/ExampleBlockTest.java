package dev.baton.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.data.Examples;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExampleBlockTest {

    private static ExampleBlock block(long first, int count) {
        ExampleBlock block = ExampleBlock.room(ExampleBlock.Kind.of(1000, Shape.of(2), Shape.scalar()), first, count);
        for (int i = 0; i < count; i++) {
            block.set(i, new float[] {first + i, -1}, (int) first + i);
        }
        return block;
    }

    private static List<Integer> labels(ExampleBlock block) {
        Examples examples = Examples.of(block.source());
        return IntStream.range(0, examples.size())
                .peek(i -> assertThat(examples.input(i)).containsExactly(examples.label(i), -1))
                .mapToObj(examples::label)
                .toList();
    }

    /** Whichever blocks the records came in, and in whichever order their parts arrive. */
    @Test
    void cardsAreDealtInTurn() {
        int partitions = 4;
        var hands = new ArrayList<ExampleBlock>();
        int place = 0;
        for (int size : new int[] {5, 1, 9, 3, 2}) {
            hands.add(block(place, size).dealt(place, 1, partitions));
            place += size;
        }
        Collections.shuffle(hands, new Random(3));
        assertThat(labels(ExampleBlock.joined(hands))).containsExactly(1, 5, 9, 13, 17);
    }

    @Test
    void everyExampleIsDealtOnce() {
        var dealt = new ArrayList<Integer>();
        for (int partition = 0; partition < 3; partition++) {
            dealt.addAll(labels(block(7, 20).dealt(7, partition, 3)));
        }
        assertThat(dealt)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(7, 27).boxed().toList());
    }

    @Test
    void numbersToPredictGoAlong() {
        ExampleBlock block = ExampleBlock.room(ExampleBlock.Kind.of(0, Shape.of(1), Shape.of(2)), 0, 3);
        for (int i = 0; i < 3; i++) {
            block.set(i, new float[] {i}, new float[] {10 * i, 20 * i});
        }
        Examples second = Examples.of(block.dealt(0, 1, 2).source());
        assertThat(second.size()).isOne();
        assertThat(second.target(0)).containsExactly(10, 20);
    }

    @Test
    void everyNumberCountsForTheChecksum() {
        assertThat(block(3, 5).checksum())
                .isEqualTo(block(3, 5).checksum())
                .isNotEqualTo(block(4, 5).checksum());
    }

    @Test
    void examplesOfTwoKinds() {
        ExampleBlock other = ExampleBlock.room(ExampleBlock.Kind.of(1000, Shape.of(3), Shape.scalar()), 5, 1);
        assertThatThrownBy(() -> ExampleBlock.joined(List.of(other, block(0, 5))))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "examples are all of one kind: from example 0 on they are [2] in 1000 classes, from 5 on [3] in "
                                + "1000 classes");
    }
}
