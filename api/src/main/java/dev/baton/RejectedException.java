package dev.baton;

/** Something that was asked for and not begun, because more is asked for than can be done in time: try again later. */
public class RejectedException extends BatonException {

    private static final long serialVersionUID = 1L;

    public RejectedException(String message) {
        super(message);
    }
}
