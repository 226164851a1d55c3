package bench.oracle;

import bench.Bench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Writes the JSON files that README.md names into the folder that is named on the command line. */
public final class Generate {

    static final List<ScalarType> TYPES = List.of(ScalarType.Float, ScalarType.Double);

    private Generate() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args.length == 0 ? "." : args[0]);
        // One thread: how sums are cut between threads would show in the last bits.
        torch.set_num_threads(1);
        write(folder.resolve("mlp-losses.json"), losses());
        write(folder.resolve("pytorch-losses.json"), cases(LossFunctions.all()));
        write(folder.resolve("pictures.json"), pictures());
        write(folder.resolve("transformers.json"), transformers());
        write(folder.resolve("layers.json"), layers());
    }

    static String nameOf(ScalarType type) {
        return type == ScalarType.Double ? "float64" : "float32";
    }

    private static Map<String, Object> losses() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("madeWith", madeWith());
        m.put("sizes", OracleData.SIZES);
        m.put("batch", OracleData.BATCH);
        m.put("steps", OracleData.STEPS);
        m.put("data", data());
        List<Object> runs = new ArrayList<>();
        for (Training training : Training.all()) {
            Map<String, Object> run = training.toJson();
            for (ScalarType type : TYPES)
                run.put(nameOf(type), TorchMlp.train(training, type).toJson());
            runs.add(run);
        }
        m.put("runs", runs);
        return m;
    }

    private static Map<String, Object> cases(List<Object> all) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("madeWith", madeWith());
        m.put("cases", all);
        return m;
    }

    private static Map<String, Object> pictures() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("madeWith", madeWith());
        m.put("functions", Pictures.all());
        m.put("resNet20", ResNet20.toJson());
        m.put("resNets", ResNets.all());
        return m;
    }

    private static Map<String, Object> transformers() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("madeWith", madeWith());
        m.put("functions", Transformers.all());
        m.put("gpt", TorchGpt.toJson());
        return m;
    }

    private static Map<String, Object> layers() {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("madeWith", madeWith());
        m.put("functions", Layers.all());
        m.put("networks", Networks.all());
        return m;
    }

    static String madeWith() {
        return "PyTorch through org.bytedeco:pytorch "
                + Bench.versionOf(Tensor.class).replace("-linux-x86_64", "");
    }

    /** Enough of the data for a port of {@link OracleData} to see that it makes the same. */
    private static List<Object> data() {
        List<Object> all = new ArrayList<>();
        for (int l = 0; l < OracleData.LAYERS; l++) {
            all.add(sample(Training.parameterName(2 * l), OracleData.weight(l)));
            all.add(sample(Training.parameterName(2 * l + 1), OracleData.bias(l)));
        }
        for (int b : new int[] {0, OracleData.STEPS - 1}) {
            all.add(sample("inputs " + b, OracleData.inputs(b)));
            int[] y = OracleData.labels(b);
            float[] labels = new float[y.length];
            for (int i = 0; i < y.length; i++) labels[i] = y[i];
            all.add(sample("labels " + b, labels));
        }
        return all;
    }

    private static Map<String, Object> sample(String name, float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) wide[i] = values[i];
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", name);
        m.put("count", values.length);
        m.put("first", Arrays.copyOf(values, 4));
        m.put("sum", Training.sum(wide));
        m.put("sumOfSquares", Training.sumOfSquares(wide));
        return m;
    }

    private static void write(Path file, Object value) throws IOException {
        Files.writeString(file, Json.write(value));
        System.out.println("written: " + file);
    }
}
