package dev.baton.cost;

/** How products compute: what the peak rate of a device depends on. */
public enum Arithmetic {
    /** Factors and sums of float32. */
    FLOAT32("float32"),
    /** Factors rounded to the 19 bits of TensorFloat-32, sums of float32. */
    TF32("TF32"),
    /** Factors of 16 bits, bfloat16 or float16, sums of float32. */
    HALF("16 bits");

    private final String text;

    Arithmetic(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
