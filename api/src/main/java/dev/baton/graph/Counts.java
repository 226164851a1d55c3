package dev.baton.graph;

import java.util.List;

/** How many arithmetic operations a primitive takes. Every elementwise function counts as one an element. */
enum Counts {
    NONE {
        @Override
        long operations(List<TensorType> inputs, TensorType output, Attributes attributes) {
            return 0;
        }
    },
    ELEMENTWISE {
        @Override
        long operations(List<TensorType> inputs, TensorType output, Attributes attributes) {
            return output.shape().size();
        }
    },
    /** Ten rounds of two products and four exclusive-ors make four numbers; counted as 16 a number. */
    RANDOM {
        @Override
        long operations(List<TensorType> inputs, TensorType output, Attributes attributes) {
            return 16 * output.shape().size();
        }
    },
    REDUCTION {
        @Override
        long operations(List<TensorType> inputs, TensorType output, Attributes attributes) {
            return inputs.get(0).shape().size();
        }
    },
    /** An addition for each element of the rows. */
    SCATTER {
        @Override
        long operations(List<TensorType> inputs, TensorType output, Attributes attributes) {
            return inputs.get(1).shape().size();
        }
    },
    /** A multiplication and an addition for each of k terms. */
    MATMUL {
        @Override
        long operations(List<TensorType> inputs, TensorType output, Attributes attributes) {
            long k = inputs.get(0).shape().size(attributes.flag("transposeA") ? -2 : -1);
            return 2 * k * output.shape().size();
        }
    };

    abstract long operations(List<TensorType> inputs, TensorType output, Attributes attributes);
}
