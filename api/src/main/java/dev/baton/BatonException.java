package dev.baton;

/** The root of every exception that Baton throws by itself. The message says what, where, why and what to do. */
public class BatonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BatonException(String message) {
        super(message);
    }

    public BatonException(String message, Throwable cause) {
        super(message, cause);
    }
}
