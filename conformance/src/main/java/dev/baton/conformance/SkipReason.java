package dev.baton.conformance;

/** What a backend may leave out. */
public enum SkipReason {
    /** A composite that it does not claim; another case runs the composite's definition. */
    NOT_CLAIMED("the backend does not claim it and runs its definition"),
    /** An element type that only the reference has to know. */
    NO_FLOAT64("the backend has no float64"),
    /** Products that a backend need not offer. */
    NO_BFLOAT16("the backend has no products of bfloat16 here");

    private final String text;

    SkipReason(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
