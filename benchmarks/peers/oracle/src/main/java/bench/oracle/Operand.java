package bench.oracle;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * An operand of a function, by formula: element i is (below(stream, i, 2 bound + 1) - bound) / scale + shift; of indices
 * below(stream, i, bound), and of a mask whether below(stream, i, bound) is not 0.
 */
record Operand(Kind kind, String name, int stream, int bound, int scale, int shift, long... shape) {

    enum Kind {
        /** Numbers with a gradient. */
        LEARNT,
        /** Numbers that the function may change in place. */
        CHANGED,
        INDICES,
        MASK
    }

    Operand(String name, int stream, long... shape) {
        this(name, stream, 4096, 2048, 0, true, shape);
    }

    Operand(String name, int stream, int bound, int scale, int shift, boolean learnt, long... shape) {
        this(learnt ? Kind.LEARNT : Kind.CHANGED, name, stream, bound, scale, shift, shape);
    }

    static Operand indices(String name, int stream, int bound, long... shape) {
        return new Operand(Kind.INDICES, name, stream, bound, 0, 0, shape);
    }

    static Operand mask(String name, int stream, int bound, long... shape) {
        return new Operand(Kind.MASK, name, stream, bound, 0, 0, shape);
    }

    /** The same of a later stream. */
    Operand later(int streams) {
        return new Operand(kind, name, stream + streams, bound, scale, shift, shape);
    }

    boolean learnt() {
        return kind == Kind.LEARNT;
    }

    private int count() {
        int count = 1;
        for (long size : shape) count *= (int) size;
        return count;
    }

    Tensor tensor(ScalarType type) {
        if (kind == Kind.INDICES || kind == Kind.MASK) {
            int[] numbers = new int[count()];
            for (int i = 0; i < numbers.length; i++) numbers[i] = OracleData.below(stream, i, bound);
            Tensor whole = TorchMlp.labels(numbers).view(shape);
            return kind == Kind.MASK ? whole.to(ScalarType.Bool) : whole;
        }
        Tensor t = TorchMlp.tensor(values(), type, shape).clone();
        return learnt() ? t.set_requires_grad(true) : t;
    }

    private float[] values() {
        float[] values = new float[count()];
        for (int i = 0; i < values.length; i++)
            values[i] = (float) (OracleData.below(stream, i, 2 * bound + 1) - bound) / scale + shift;
        return values;
    }

    Map<String, Object> toJson() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", name);
        if (kind == Kind.INDICES || kind == Kind.MASK) m.put("kind", kind.name());
        m.put("stream", stream);
        m.put("bound", bound);
        if (kind == Kind.LEARNT || kind == Kind.CHANGED) {
            m.put("scale", scale);
            m.put("shift", shift);
        }
        m.put("shape", shape);
        return m;
    }
}
