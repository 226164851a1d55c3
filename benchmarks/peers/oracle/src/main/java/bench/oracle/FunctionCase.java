package bench.oracle;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A function of some operands: its value, the gradients by what is learnt, and what became of what it changes in place. Of
 * each tensor the file has the values in double precision, and how far single precision is off at most.
 */
record FunctionCase(String name, List<Operand> operands, Function<List<Tensor>, Tensor> function) {

    /** The stream of the gradient that arrives at the output. */
    private static final int ABOVE = 900;

    Map<String, Object> toJson() {
        Map<String, double[]> exact = run(ScalarType.Double);
        Map<String, double[]> rounded = run(ScalarType.Float);
        List<Object> tensors = new ArrayList<>();
        exact.forEach((name, values) -> tensors.add(tensor(name, values, rounded.get(name))));
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", name);
        m.put("operands", operands.stream().map(Operand::toJson).toList());
        m.put("results", tensors);
        return m;
    }

    private Map<String, double[]> run(ScalarType type) {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> in = operands.stream().map(o -> o.tensor(type)).toList();
            Tensor y = function.apply(in);
            double[] output = TorchMlp.values(y);
            long[] shape = new long[(int) y.dim()];
            for (int i = 0; i < shape.length; i++) shape[i] = y.size(i);
            Tensor above = new Operand("", ABOVE, 4096, 2048, 0, false, shape).tensor(type);
            y.backward(above, new BoolOptional(), false, new TensorArrayRefOptional());
            Map<String, double[]> results = new LinkedHashMap<>();
            results.put("output", output);
            for (int i = 0; i < in.size(); i++) {
                Operand o = operands.get(i);
                if (o.kind() == Operand.Kind.LEARNT)
                    results.put(
                            "gradient by " + o.name(), TorchMlp.values(in.get(i).grad()));
                if (o.kind() == Operand.Kind.CHANGED) results.put(o.name() + " afterwards", TorchMlp.values(in.get(i)));
            }
            return results;
        }
    }

    /** The values in double precision and the largest distance of single precision from them. */
    static Map<String, Object> tensor(String name, double[] exact, double[] rounded) {
        double off = 0;
        for (int i = 0; i < exact.length; i++) off = Math.max(off, Math.abs(exact[i] - rounded[i]));
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", name);
        m.put("float32Error", off);
        m.put("float64", Arrays.stream(exact).map(FunctionCase::shortened).toArray());
        return m;
    }

    /** To twelve digits, which is far more than single precision has, and keeps the file small. */
    private static double shortened(double value) {
        return new BigDecimal(value).round(new MathContext(12)).doubleValue();
    }
}
