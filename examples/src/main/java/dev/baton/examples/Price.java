package dev.baton.examples;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.cost.Arithmetic;
import dev.baton.cost.Assumptions;
import dev.baton.cost.Cost;
import dev.baton.cost.Estimate;
import dev.baton.cost.Hardware;
import dev.baton.cost.StudyAgainstExam;
import dev.baton.model.Gpt;
import dev.baton.model.LeNet;
import dev.baton.model.Mlp;
import dev.baton.model.ResNet;
import dev.baton.nn.GELU;
import dev.baton.nn.Layer;
import dev.baton.optim.AdamW;
import dev.baton.optim.Sgd;
import dev.baton.train.Epochs;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What it costs to train a model, and to ask it, before anything runs. */
@Command(
        name = "price",
        description = "Estimates what it costs to train a ready model, and to ask it, before anything runs.",
        mixinStandardHelpOptions = true)
final class Price implements Callable<Integer> {

    private static final long IMAGENET = 1_281_167;
    private static final long MNIST = 60_000;
    private static final long GPT3_TOKENS = 300_000_000_000L;

    /** The models that are ready. */
    enum Model {
        MLP,
        LENET,
        RESNET18,
        RESNET34,
        RESNET50,
        GPT,
        GPT2,
        GPT3
    }

    @Parameters(paramLabel = "MODEL", description = "one of ${COMPLETION-CANDIDATES}; in lower case too")
    private Model model;

    @Option(names = "--layers", paramLabel = "L", defaultValue = "4", description = "of gpt (${DEFAULT-VALUE})")
    private int layers;

    @Option(names = "--width", paramLabel = "D", defaultValue = "128", description = "of gpt (${DEFAULT-VALUE})")
    private long width;

    @Option(names = "--heads", paramLabel = "H", defaultValue = "4", description = "of gpt (${DEFAULT-VALUE})")
    private long heads;

    @Option(
            names = "--context",
            paramLabel = "T",
            defaultValue = "64",
            description = "tokens of a sequence of gpt (${DEFAULT-VALUE})")
    private long context;

    @Option(
            names = "--vocabulary",
            paramLabel = "V",
            defaultValue = "65",
            description = "different tokens of gpt (${DEFAULT-VALUE})")
    private long vocabulary;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "that a gpt is trained on (20 for each parameter; gpt3: 300 billion)")
    private Long tokens;

    @Option(names = "--examples", paramLabel = "N", description = "in an epoch (those of MNIST or ImageNet)")
    private Long examples;

    @Option(names = "--epochs", paramLabel = "N", description = "passes over the data (the model's usual ones)")
    private Integer epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "examples a step on all devices (the model's usual ones)")
    private Long batch;

    @Option(
            names = "--hardware",
            paramLabel = "NAME",
            description =
                    "V100, A100, H100, H200, B200, TPU-v4, TPU-v5p, laptop or phone; without it this machine, which "
                            + "is measured for some seconds (gpt3: V100)")
    private String hardware;

    @Option(names = "--devices", paramLabel = "K", description = "that train together (1; gpt3: 1536)")
    private Integer devices;

    @Option(
            names = "--arithmetic",
            paramLabel = "NAME",
            description =
                    "of products: float32, tf32, or half for bfloat16 and float16 (the hardware's float32, where it "
                            + "has it; gpt3: half)")
    private Arithmetic arithmetic;

    @Option(names = "--link", paramLabel = "GB/S", description = "bandwidth from one device to another")
    private Double link;

    @Option(names = "--watts", paramLabel = "W", description = "power of a device")
    private Double watts;

    @Option(names = "--utilisation", paramLabel = "X", description = "the share of the peak rate that is reached")
    private Double utilisation;

    @Option(names = "--overhead", paramLabel = "X", description = "energy of the site for that of the devices (PUE)")
    private Double overhead;

    @Option(names = "--kwh-price", paramLabel = "X", description = "of electricity")
    private Double kilowattHour;

    @Option(names = "--hour-price", paramLabel = "X", description = "of a device's rent")
    private Double deviceHour;

    @Option(names = "--co2", paramLabel = "G", description = "grams of CO2 for a kWh")
    private Double co2;

    @Option(names = "--by-layer", description = "a table with every layer")
    private boolean byLayer;

    @Option(names = "--json", description = "print one JSON object with every figure by name")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** A model, what it is shown, and how it is usually trained. */
    private record Plan(Cost cost, long examples, int epochs) {}

    @Override
    public Integer call() {
        CommonOptions.requirePositive(spec.commandLine(), "--examples", examples);
        CommonOptions.requirePositive(spec.commandLine(), "--epochs", epochs);
        CommonOptions.requirePositive(spec.commandLine(), "--batch", batch);
        CommonOptions.requirePositive(spec.commandLine(), "--tokens", tokens);
        CommonOptions.requirePositive(spec.commandLine(), "--devices", devices);
        Hardware wanted = hardware();
        Plan plan = plan();
        Cost cost = batch == null ? plan.cost() : plan.cost().batch(batch);
        cost = cost.assuming(assumptions());
        var length = Epochs.of(epochs == null ? plan.epochs() : epochs);
        Estimate training = cost.training(examples == null ? plan.examples() : examples, length, wanted);
        StudyAgainstExam both = new StudyAgainstExam(training, cost.answering(1, wanted.devices(1)));
        print(training, both);
        return 0;
    }

    private void print(Estimate training, StudyAgainstExam both) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            var line = new JsonLine("price")
                    .add("model", name())
                    .add("hardware", training.hardware().name())
                    .add("currency", training.assumptions().currency());
            var ofAnswer = new LinkedHashMap<String, Number>();
            both.exam().figures().forEach((name, figure) -> ofAnswer.put("answer." + name, figure));
            line.add(training.figures()).add(ofAnswer);
            line.add("trainingInAnswers", both.answers());
            out.println(line);
            return;
        }
        out.println(name() + ": "
                + String.format(Locale.ROOT, "%,d", training.step().parameters()) + " parameters");
        out.println(byLayer ? training : training.totals());
        out.println();
        out.println(both);
    }

    private String name() {
        return model.name().toLowerCase(Locale.ROOT);
    }

    private Plan plan() {
        return switch (model) {
            case MLP ->
                new Plan(Cost.of(Mlp.of(784, 512, 256, 10), Shape.of(784)).batch(128), MNIST, 10);
            case LENET -> new Plan(Cost.of(new LeNet(10), Shape.of(1, 28, 28)), MNIST, 10);
            case RESNET18 -> pictures(ResNet.resNet18(1000));
            case RESNET34 -> pictures(ResNet.resNet34(1000));
            case RESNET50 -> pictures(ResNet.resNet50(1000));
            case GPT -> text(gpt(layers, heads, width, context, vocabulary), context, 12);
            case GPT2 -> text(gpt(12, 12, 768, 1024, 50_257), 1024, 512);
            // Brown et al. 2020, "Language Models are Few-Shot Learners", tables 2.1 and D.1: batches of 3.2 million
            // tokens.
            case GPT3 -> text(gpt(96, 96, 12_288, 2048, 50_257), 2048, 1536);
        };
    }

    /** He et al. 2016: 90 epochs of ImageNet, batches of 256, gradient descent with momentum. */
    private static Plan pictures(Layer network) {
        Cost cost =
                Cost.of(network, Shape.of(3, 224, 224)).optimizer(Sgd.of(0.1).momentum(0.9));
        return new Plan(cost.batch(256), IMAGENET, 90);
    }

    private static Gpt gpt(int layers, long heads, long width, long context, long vocabulary) {
        return Gpt.of(vocabulary)
                .layers(layers)
                .heads(heads)
                .width(width)
                .context(context)
                .gelu(GELU.Form.TANH)
                .build();
    }

    private Plan text(Gpt network, long length, long usual) {
        long parameters = network.parameters().stream()
                .mapToLong(parameter -> parameter.shape().size())
                .sum();
        // Hoffmann et al. 2022, "Training Compute-Optimal Large Language Models": about 20 tokens for each parameter.
        long seen = tokens != null ? tokens : model == Model.GPT3 ? GPT3_TOKENS : 20 * parameters;
        Cost cost = Cost.of(network, DType.INT32, Shape.of(length)).optimizer(AdamW.of(1e-3));
        return new Plan(cost.batch(usual), Math.max(1, seen / length), 1);
    }

    private Hardware hardware() {
        boolean gpt3 = model == Model.GPT3;
        String wanted = hardware == null && gpt3 ? "V100" : hardware;
        Hardware found = wanted == null ? Hardware.thisMachine() : Hardware.named(wanted);
        Arithmetic products = arithmetic == null && gpt3 && hardware == null ? Arithmetic.HALF : arithmetic;
        found = products == null ? found : found.arithmetic(products);
        int count = devices != null ? devices : gpt3 ? 1536 : 1;
        found = watts == null ? found : found.watts(watts);
        return (link == null ? found : found.link(link * 1e9)).devices(count);
    }

    private Assumptions assumptions() {
        Assumptions usual = Assumptions.usual();
        // A machine of one's own has no site around it.
        usual = hardware == null && model != Model.GPT3 ? usual.overhead(1) : usual;
        usual = utilisation == null ? usual : usual.utilisation(utilisation);
        usual = overhead == null ? usual : usual.overhead(overhead);
        usual = kilowattHour == null ? usual : usual.pricePerKilowattHour(kilowattHour);
        usual = deviceHour == null ? usual : usual.pricePerDeviceHour(deviceHour);
        return co2 == null ? usual : usual.gramsOfCo2PerKilowattHour(co2);
    }
}
