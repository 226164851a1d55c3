package bench.oracle;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adagrad;
import org.bytedeco.pytorch.AdagradOptions;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.OptimizerOptions;
import org.bytedeco.pytorch.RMSprop;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Trains the network of {@link OracleData} with PyTorch's own layers, loss, autograd and optimizers. */
final class TorchMlp {

    /** Reductions of PyTorch's losses. */
    static final long NONE = 0;

    static final long MEAN = 1;

    /** The label that PyTorch would leave out; none of ours is negative. */
    static final long IGNORED = -100;

    private TorchMlp() {}

    static Training.Result train(Training training, ScalarType type) {
        try (PointerScope scope = new PointerScope()) {
            Tensor[] parameters = new Tensor[2 * OracleData.LAYERS];
            for (int l = 0; l < OracleData.LAYERS; l++) {
                long in = OracleData.SIZES[l], out = OracleData.SIZES[l + 1];
                parameters[2 * l] = leaf(OracleData.weight(l), type, out, in);
                parameters[2 * l + 1] = leaf(OracleData.bias(l), type, out);
            }
            Runnable update = update(training, parameters);
            double[] losses = new double[OracleData.STEPS];
            for (int step = 0; step < losses.length; step++) {
                Tensor x = tensor(OracleData.inputs(step), type, OracleData.BATCH, OracleData.SIZES[0]);
                Tensor y = labels(OracleData.labels(step));
                for (Tensor p : parameters) if (p.grad().defined()) p.grad().zero_();
                Tensor loss = torch.cross_entropy_loss(
                        forward(parameters, x), y, new TensorOptional(), MEAN, IGNORED, training.labelSmoothing());
                loss.backward();
                clip(training, new TensorVector(parameters));
                update.run();
                losses[step] = loss.item_double();
            }
            List<double[]> last = new ArrayList<>();
            for (Tensor p : parameters) last.add(values(p));
            return new Training.Result(losses, last);
        }
    }

    private static Tensor forward(Tensor[] p, Tensor x) {
        x = torch.relu(torch.linear(x, p[0], new TensorOptional(p[1])));
        x = torch.relu(torch.linear(x, p[2], new TensorOptional(p[3])));
        return torch.linear(x, p[4], new TensorOptional(p[5]));
    }

    private static void clip(Training t, TensorVector parameters) {
        if (t.number("clipNorm") > 0) torch.clip_grad_norm_(parameters, t.number("clipNorm"));
        if (t.number("clipValue") > 0) torch.clip_grad_value_(parameters, t.number("clipValue"));
    }

    /** What a step does once the gradients are there. */
    private static Runnable update(Training t, Tensor[] parameters) {
        if (t.optimizer().equals("lion")) {
            List<Lion> all = new ArrayList<>();
            for (int i = 0; i < parameters.length; i++) {
                Training one = i % 2 == 1 && t.hasGroups() ? t.ofBiases() : t;
                all.add(new Lion(parameters[i], one.learningRate(), one.number("weightDecay")));
            }
            return () -> {
                for (int i = 0; i < parameters.length; i++) all.get(i).step(parameters[i].grad());
            };
        }
        if (!t.hasGroups()) {
            Optimizer optimizer = optimizer(new TensorVector(parameters), options(t));
            return () -> optimizer.step();
        }
        // An optimizer for each group: groups share nothing, and Adagrad cannot be given one later.
        Optimizer weights = optimizer(every(parameters, 0), options(t));
        Optimizer biases = optimizer(every(parameters, 1), options(t.ofBiases()));
        return () -> {
            weights.step();
            biases.step();
        };
    }

    /** The weights or the biases. */
    private static TensorVector every(Tensor[] parameters, int first) {
        Tensor[] half = new Tensor[parameters.length / 2];
        for (int i = 0; i < half.length; i++) half[i] = parameters[2 * i + first];
        return new TensorVector(half);
    }

    private static Optimizer optimizer(TensorVector parameters, OptimizerOptions options) {
        if (options instanceof SGDOptions o) return new SGD(parameters, o);
        if (options instanceof AdamOptions o) return new Adam(parameters, o);
        if (options instanceof AdamWOptions o) return new AdamW(parameters, o);
        if (options instanceof RMSpropOptions o) return new RMSprop(parameters, o);
        return new Adagrad(parameters, (AdagradOptions) options);
    }

    private static OptimizerOptions options(Training t) {
        switch (t.optimizer()) {
            case "sgd" -> {
                SGDOptions o = new SGDOptions(t.learningRate());
                o.momentum().put(t.number("momentum"));
                o.nesterov().put(t.flag("nesterov"));
                o.weight_decay().put(t.number("weightDecay"));
                return o;
            }
            // The betas stay at their defaults, 0.9 and 0.999: the binding gives them as the memory of a C++ tuple,
            // whose elements lie in reverse order, so that writing a pair there would exchange them.
            case "adam" -> {
                AdamOptions o = new AdamOptions(t.learningRate());
                o.eps().put(t.number("epsilon"));
                o.weight_decay().put(t.number("weightDecay"));
                return o;
            }
            case "adamw" -> {
                AdamWOptions o = new AdamWOptions(t.learningRate());
                o.eps().put(t.number("epsilon"));
                o.weight_decay().put(t.number("weightDecay"));
                return o;
            }
            case "rmsprop" -> {
                RMSpropOptions o = new RMSpropOptions(t.learningRate());
                o.alpha().put(t.number("alpha"));
                o.eps().put(t.number("epsilon"));
                o.momentum().put(t.number("momentum"));
                o.centered().put(t.flag("centered"));
                o.weight_decay().put(t.number("weightDecay"));
                return o;
            }
            case "adagrad" -> {
                AdagradOptions o = new AdagradOptions(t.learningRate());
                o.eps().put(t.number("epsilon"));
                o.weight_decay().put(t.number("weightDecay"));
                return o;
            }
            default -> throw new IllegalArgumentException(t.optimizer());
        }
    }

    static Tensor tensor(float[] values, ScalarType type, long... shape) {
        return torch.tensor(values).view(shape).to(type).detach();
    }

    static Tensor leaf(float[] values, ScalarType type, long... shape) {
        return tensor(values, type, shape).set_requires_grad(true);
    }

    static Tensor labels(int[] values) {
        long[] wide = new long[values.length];
        for (int i = 0; i < wide.length; i++) wide[i] = values[i];
        return torch.tensor(wide);
    }

    /** The elements, widened to double, which is exact. */
    static double[] values(Tensor t) {
        Tensor flat = t.detach().to(ScalarType.Double).contiguous().view(-1);
        double[] a = new double[(int) flat.numel()];
        flat.data_ptr_double().get(a);
        return a;
    }
}
