package dev.baton;

/** An object used when it must not be: closed, by a second thread, or before it is ready. */
public class StateException extends BatonException {

    private static final long serialVersionUID = 1L;

    public StateException(String message) {
        super(message);
    }

    public StateException(String message, Throwable cause) {
        super(message, cause);
    }
}
