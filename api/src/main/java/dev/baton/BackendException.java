package dev.baton;

/** A backend that is missing, not available, or that failed at its work. */
public class BackendException extends BatonException {

    private static final long serialVersionUID = 1L;

    public BackendException(String message) {
        super(message);
    }

    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
