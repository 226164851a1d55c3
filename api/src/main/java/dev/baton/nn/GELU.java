package dev.baton.nn;

import dev.baton.tensor.Tensor;

/** x times the normal distribution's share below x (Hendrycks and Gimpel 2016). */
public final class GELU extends Layer {

    /** How it is computed. */
    public enum Form {
        /** With the error function. */
        EXACT,
        /** With a hyperbolic tangent, off by up to 0.0005: what GPT-2 was trained with. */
        TANH
    }

    private final Form form;

    /** The exact form. */
    public GELU() {
        this(Form.EXACT);
    }

    public GELU(Form form) {
        this.form = form;
    }

    @Override
    public Tensor forward(Tensor x) {
        return inLayer(x, () -> form == Form.EXACT ? x.gelu() : x.geluTanh());
    }

    @Override
    protected String describe() {
        return form == Form.EXACT ? "GELU" : "GELU(tanh)";
    }
}
