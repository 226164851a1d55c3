package dev.baton.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Shape;
import dev.baton.compiler.Part.Range;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A part in another shape has the elements that counting one by one finds. */
class ReshapedPartTest {

    /** The places in row-major order of a part's elements. */
    static List<Long> places(Part part) {
        List<Long> places = List.of(0L);
        for (Range range : part.ranges()) {
            places = places.stream()
                    .flatMap(place -> indices(range).map(index -> place * range.size() + index))
                    .toList();
        }
        return places;
    }

    private static Stream<Long> indices(Range range) {
        return Stream.iterate(0L, index -> index < range.size(), index -> index + 1)
                .filter(index -> index % range.period() >= range.start() && index % range.period() < range.end());
    }

    private static Part part(Range... ranges) {
        return new Part(List.of(ranges));
    }

    private static void assertReshaped(Part part, Part reshaped) {
        Shape shape = Shape.of(reshaped.ranges().stream().mapToLong(Range::size).toArray());
        assertThat(ReshapedPart.of(part, shape)).isEqualTo(reshaped);
        assertThat(places(reshaped)).isEqualTo(places(part)).hasSize((int) part.elements());
    }

    /** Both ways. */
    private static void assertAlike(Part one, Part other) {
        assertReshaped(one, other);
        assertReshaped(other, one);
    }

    @Test
    void theLastTokenOfEachSequenceAmongAllRows() {
        Part tokens = part(Range.whole(3), Range.of(5, 4, 5), Range.whole(8));
        assertAlike(tokens, part(new Range(15, 5, 4, 5), Range.whole(8)));
        assertAlike(tokens, part(Range.whole(3), Range.of(5, 4, 5), Range.whole(2), Range.whole(4)));
        assertAlike(tokens, part(new Range(15, 5, 4, 5), Range.whole(2), Range.whole(4)));
        assertAlike(tokens, part(Range.whole(3), Range.of(40, 32, 40)));
    }

    @Test
    void rowsSideBySide() {
        assertAlike(part(Range.of(6, 2, 4), Range.whole(4)), part(Range.of(3, 1, 2), Range.whole(8)));
        assertAlike(part(Range.of(6, 2, 4), Range.whole(4)), part(Range.of(24, 8, 16)));
        assertAlike(part(Range.of(6, 2, 3), Range.of(4, 1, 3)), part(Range.of(24, 9, 11)));
    }

    @Test
    void whatIsNoPartThere() {
        assertThat(ReshapedPart.of(part(Range.of(6, 1, 3)), Shape.of(3, 2))).isNull();
        assertThat(ReshapedPart.of(part(Range.of(6, 1, 3), Range.of(4, 1, 3)), Shape.of(24)))
                .isNull();
        assertThat(ReshapedPart.of(part(Range.of(6, 1, 2), Range.whole(4)), Shape.of(4, 6)))
                .isNull();
    }
}
