package bench.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Writes pytorch-recurrent.json: values, gradients and training losses of LSTM and GRU. */
public final class GenerateRecurrent {

    private static final int SHOWN = 8;
    private static final int STEPS = 10;
    private static final int TOKENS = 13;
    private static final int WIDTH = 8;
    private static final int HIDDEN = 12;
    private static final int BATCH = 4;
    private static final int LENGTH = 9;
    private static final double RATE = 0.01;

    record Case(String cell, int layers, boolean bidirectional, int batch, int steps, int inputs, int hidden) {

        boolean lstm() {
            return cell.equals("lstm");
        }

        int directions() {
            return bidirectional ? 2 : 1;
        }
    }

    private GenerateRecurrent() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args.length == 0 ? "." : args[0]);
        torch.set_num_threads(1);
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("madeWith", Generate.madeWith());
        List<Object> cases = new ArrayList<>();
        for (String cell : new String[] {"lstm", "gru"}) {
            cases.add(record(new Case(cell, 1, false, 3, 6, 5, 7)));
            cases.add(record(new Case(cell, 1, false, 1, 1, 3, 4)));
            cases.add(record(new Case(cell, 2, true, 2, 5, 3, 4)));
        }
        m.put("cases", cases);
        List<Object> runs = new ArrayList<>();
        runs.add(training("lstm"));
        runs.add(training("gru"));
        m.put("runs", runs);
        Path file = folder.resolve("pytorch-recurrent.json");
        Files.writeString(file, Json.write(m));
        System.out.println("written: " + file);
    }

    /** Values and gradients of one case; of each tensor some elements, sums, and how far single precision is off. */
    private static Map<String, Object> record(Case c) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("cell", c.cell());
        m.put("layers", c.layers());
        m.put("bidirectional", c.bidirectional());
        m.put("batch", c.batch());
        m.put("steps", c.steps());
        m.put("inputs", c.inputs());
        m.put("hidden", c.hidden());
        Map<String, double[]> single = run(c, ScalarType.Float), exact = run(c, ScalarType.Double);
        List<Object> tensors = new ArrayList<>();
        exact.forEach((name, values) -> tensors.add(summary(name, values, single.get(name))));
        m.put("tensors", tensors);
        return m;
    }

    private static Map<String, Object> summary(String name, double[] values, double[] single) {
        double error = 0;
        for (int i = 0; i < values.length; i++) error = Math.max(error, Math.abs(single[i] - values[i]));
        Map<String, Object> t = new LinkedHashMap<>();
        t.put("name", name);
        t.put("count", values.length);
        t.put("first", Arrays.copyOf(values, Math.min(SHOWN, values.length)));
        t.put("sum", Training.sum(values));
        t.put("sumOfSquares", Training.sumOfSquares(values));
        t.put("float32Error", error);
        return t;
    }

    /** The loss is a weighted sum of the outputs and of the last states. */
    private static Map<String, double[]> run(Case c, ScalarType type) {
        try (PointerScope scope = new PointerScope()) {
            int states = c.layers() * c.directions();
            Map<String, Tensor> leaves = new LinkedHashMap<>();
            leaves.put("x", leaf(1100, type, c.batch(), c.steps(), c.inputs()));
            leaves.put("h0", leaf(1101, type, states, c.batch(), c.hidden()));
            if (c.lstm()) leaves.put("c0", leaf(1102, type, states, c.batch(), c.hidden()));
            TensorVector parameters = parameters(c, type, leaves);
            Map<String, double[]> results = new LinkedHashMap<>();
            Tensor outputs, hidden, cell = null;
            if (c.lstm()) {
                var given = new TensorVector(leaves.get("h0"), leaves.get("c0"));
                var r = torch.lstm(
                        leaves.get("x"), given, parameters, true, c.layers(), 0, true, c.bidirectional(), true);
                outputs = r.get0();
                hidden = r.get1();
                cell = r.get2();
            } else {
                var r = torch.gru(
                        leaves.get("x"),
                        leaves.get("h0"),
                        parameters,
                        true,
                        c.layers(),
                        0,
                        true,
                        c.bidirectional(),
                        true);
                outputs = r.get0();
                hidden = r.get1();
            }
            Tensor loss = weighted(outputs, 1110, type).add(weighted(hidden, 1111, type));
            if (cell != null) loss = loss.add(weighted(cell, 1112, type));
            loss.backward();
            results.put("outputs", TorchMlp.values(outputs));
            results.put("hidden", TorchMlp.values(hidden));
            if (cell != null) results.put("cell", TorchMlp.values(cell));
            leaves.forEach((name, leaf) -> results.put("by " + name, TorchMlp.values(leaf.grad())));
            return results;
        }
    }

    private static TensorVector parameters(Case c, ScalarType type, Map<String, Tensor> leaves) {
        int gates = (c.lstm() ? 4 : 3) * c.hidden();
        List<Tensor> all = new ArrayList<>();
        for (int layer = 0; layer < c.layers(); layer++) {
            for (int direction = 0; direction < c.directions(); direction++) {
                String end = "_l" + layer + (direction == 0 ? "" : "_reverse");
                int below = layer == 0 ? c.inputs() : c.directions() * c.hidden();
                add(all, leaves, "weight_ih" + end, type, c.hidden(), gates, below);
                add(all, leaves, "weight_hh" + end, type, c.hidden(), gates, c.hidden());
                add(all, leaves, "bias_ih" + end, type, c.hidden(), gates);
                add(all, leaves, "bias_hh" + end, type, c.hidden(), gates);
            }
        }
        return new TensorVector(all.toArray(new Tensor[0]));
    }

    private static void add(
            List<Tensor> all, Map<String, Tensor> leaves, String name, ScalarType type, int hidden, long... shape) {
        Tensor leaf = TorchMlp.leaf(RecurrentData.parameter(all.size(), count(shape), hidden), type, shape);
        all.add(leaf);
        leaves.put(name, leaf);
    }

    private static Tensor leaf(int stream, ScalarType type, long... shape) {
        return TorchMlp.leaf(RecurrentData.values(stream, count(shape)), type, shape);
    }

    private static Tensor weighted(Tensor t, int stream, ScalarType type) {
        Tensor flat = t.reshape(t.numel());
        return torch.sum(flat.mul(TorchMlp.tensor(RecurrentData.values(stream, (int) t.numel()), type, t.numel())));
    }

    private static int count(long... shape) {
        int n = 1;
        for (long s : shape) n *= (int) s;
        return n;
    }

    /** Embedding 13-8, one recurrent layer of 12, linear 12-13, on 4 sequences of 9 tokens; Adam; new tokens each step. */
    private static Map<String, Object> training(String cell) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("cell", cell);
        m.put("tokens", TOKENS);
        m.put("width", WIDTH);
        m.put("hidden", HIDDEN);
        m.put("batch", BATCH);
        m.put("length", LENGTH);
        m.put("learningRate", RATE);
        for (ScalarType type : Generate.TYPES) {
            try (PointerScope scope = new PointerScope()) {
                m.put(Generate.nameOf(type), train(cell.equals("lstm"), type));
            }
        }
        return m;
    }

    private static Map<String, Object> train(boolean lstm, ScalarType type) {
        int gates = (lstm ? 4 : 3) * HIDDEN;
        List<String> names =
                List.of("embedding", "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight", "bias");
        long[][] shapes = {
            {TOKENS, WIDTH}, {gates, WIDTH}, {gates, HIDDEN}, {gates}, {gates}, {TOKENS, HIDDEN}, {TOKENS}
        };
        Tensor[] p = new Tensor[shapes.length];
        for (int i = 0; i < p.length; i++) {
            p[i] = TorchMlp.leaf(RecurrentData.parameter(i, count(shapes[i]), HIDDEN), type, shapes[i]);
        }
        AdamOptions options = new AdamOptions(RATE);
        options.eps().put(Training.EPSILON);
        Adam adam = new Adam(new TensorVector(p), options);
        TensorVector recurrent = new TensorVector(p[1], p[2], p[3], p[4]);
        Tensor zero = torch.zeros(1, BATCH, HIDDEN).to(type);
        Function<Tensor, Tensor> layer = x -> lstm
                ? torch.lstm(x, new TensorVector(zero, zero), recurrent, true, 1, 0, true, false, true)
                        .get0()
                : torch.gru(x, zero, recurrent, true, 1, 0, true, false, true).get0();
        double[] losses = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            Tensor tokens = TorchMlp.labels(RecurrentData.tokens(1200 + step, BATCH * LENGTH, TOKENS))
                    .view(BATCH, LENGTH);
            Tensor labels = TorchMlp.labels(RecurrentData.tokens(1300 + step, BATCH * LENGTH, TOKENS));
            adam.zero_grad();
            Tensor states = layer.apply(torch.embedding(p[0], tokens)).reshape(BATCH * LENGTH, HIDDEN);
            Tensor scores = torch.linear(states, p[5], new TensorOptional(p[6]));
            Tensor loss =
                    torch.cross_entropy_loss(scores, labels, new TensorOptional(), TorchMlp.MEAN, TorchMlp.IGNORED, 0);
            loss.backward();
            adam.step();
            losses[step] = loss.item_double();
        }
        List<Object> last = new ArrayList<>();
        for (int i = 0; i < p.length; i++) {
            Map<String, Object> t = new LinkedHashMap<>();
            t.put("name", names.get(i));
            t.put("sum", Training.sum(TorchMlp.values(p[i])));
            t.put("sumOfSquares", Training.sumOfSquares(TorchMlp.values(p[i])));
            last.add(t);
        }
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("losses", losses);
        m.put("parameters", last);
        return m;
    }
}
