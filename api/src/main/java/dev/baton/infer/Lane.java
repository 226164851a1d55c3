package dev.baton.infer;

import dev.baton.BatonException;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.nn.ForwardGraph;
import dev.baton.runtime.Executable;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * One answer at a time: the forward pass with a workspace of its own, and arrays for one example and its answer that are
 * used again and again. Used by one thread at a time.
 */
final class Lane {

    private final Executable executable;
    private final int inputs;
    private final int answers;
    private final int finite;
    private final NDArray isFinite = NDArray.zeros(DType.BOOL, Shape.scalar());
    private final Shape one;
    /** By the number of examples. */
    private final Map<Integer, NDArray> rows = new HashMap<>();

    private NDArray example;
    private FloatBuffer numbers;
    private IntBuffer tokens;
    private NDArray answer;
    private FloatBuffer answerNumbers;

    /**
     * @param one the shape of a batch of one example
     */
    Lane(Executable executable, Shape one) {
        this.executable = executable;
        this.inputs = executable.inputIndex(ForwardGraph.INPUTS);
        this.answers = executable.outputIndex(ForwardGraph.ANSWERS);
        this.finite = executable.outputIndex(Answering.FINITE);
        this.one = one;
    }

    /** The answer to one example of as many numbers as a model of numbers takes. */
    float[] answer(float[] values) {
        if (numbers == null) {
            example = NDArray.zeros(DType.FLOAT32, one);
            numbers = example.floats();
        }
        numbers.put(0, values);
        return answerExample();
    }

    /** The answer to one example of as many tokens as a model of tokens takes. */
    float[] answer(int[] values) {
        if (tokens == null) {
            example = NDArray.zeros(DType.INT32, one);
            tokens = example.ints();
        }
        tokens.put(0, values);
        return answerExample();
    }

    private float[] answerExample() {
        try {
            run(example);
            if (answer == null) {
                NDArray first = executable.output(answers);
                answerNumbers = first.floats();
                answer = first;
            } else {
                executable.read(answers, answer);
            }
            var values = new float[answerNumbers.capacity()];
            answerNumbers.get(0, values);
            return values;
        } finally {
            executable.release();
        }
    }

    /**
     * The answers to many examples, a row for each, through an array that is used again for as many.
     *
     * @throws BatonException if the model does not give an answer for each example
     */
    float[][] answerRows(NDArray examples) {
        int count = (int) examples.shape().size(0);
        try {
            run(examples);
            NDArray all = rows.get(count);
            if (all == null) {
                all = executable.output(answers);
                if (all.shape().rank() == 0 || all.shape().size(0) != count) {
                    throw new BatonException("the model answers " + count + " examples with " + all.shape()
                            + ", not with an answer for each");
                }
                rows.put(count, all);
            } else {
                executable.read(answers, all);
            }
            FloatBuffer values = all.floats();
            var split = new float[count][all.size() / count];
            for (float[] row : split) {
                values.get(row);
            }
            return split;
        } finally {
            executable.release();
        }
    }

    /** The answers to many examples. */
    NDArray answer(NDArray examples) {
        try {
            run(examples);
            return executable.output(answers);
        } finally {
            executable.clear();
            executable.release();
        }
    }

    private void run(NDArray examples) {
        executable.input(inputs, examples);
        executable.run();
        if (finite >= 0) {
            executable.read(finite, isFinite);
            if (isFinite.get(0) == 0) {
                throw new DataException(executable.notFinite().orElseThrow());
            }
        }
    }
}
