package dev.baton;

/** Data that cannot be used: names the file or the input, the record and the field. */
public class DataException extends BatonException {

    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
