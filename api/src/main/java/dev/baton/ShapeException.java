package dev.baton;

/** Shapes or element types that do not fit an operation, found while a model is traced. */
public class ShapeException extends BatonException {

    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }

    public ShapeException(String message, Throwable cause) {
        super(message, cause);
    }
}
