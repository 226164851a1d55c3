package dev.baton.data.picture;

import dev.baton.Shape;
import dev.baton.ShapeException;

final class PictureShape {

    private PictureShape() {}

    static void require(Shape shape) {
        if (shape.rank() != 3 || !shape.isFixed()) {
            throw new ShapeException("pictures are [C, H, W], not " + shape);
        }
    }
}
