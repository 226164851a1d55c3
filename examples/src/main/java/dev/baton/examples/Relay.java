package dev.baton.examples;

import dev.baton.runtime.Session;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The first page on how networks learn: one step of the smallest one, with every number, and a check of each slope. */
@Command(
        name = "relay",
        description = "Shows how a network learns: one step of the smallest one, with every number.",
        mixinStandardHelpOptions = true)
final class Relay implements Callable<Integer> {

    private static final float[] X = {0.5f, 0.8f};
    private static final float WANTED = 0.9f;
    private static final float[][] START = {{0.3f, -0.4f, 0.2f, 0.6f}, {0.1f, -0.2f}, {0.7f, -0.5f}, {0.3f}};

    /** The weights by name, in the order of their numbers. */
    private static final String[][] NAMES = {{"a1", "b1", "a2", "b2"}, {"a0", "b0"}, {"c1", "c2"}, {"c0"}};

    private static final double NUDGE = 1e-4;
    private static final double NEAR = 1e-5;

    @Option(names = "--backend", paramLabel = "NAME", description = "the backend; without it the best available")
    private String backend;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "1000",
            description = "how many steps to learn in all (${DEFAULT-VALUE})")
    private int steps;

    @Spec
    private CommandSpec spec;

    private PrintWriter out;

    @Override
    public Integer call() {
        if (steps < 1) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--steps': at least 1, not " + steps);
        }
        out = spec.commandLine().getOut();
        try (var session = Session.open(backend);
                var step = new RelayStep(session, X, WANTED, START)) {
            introduce();
            float[][] before = step.weights();
            step.run();
            forward(step, before);
            back(step, before);
            int agreeing = check(step.slopes(), before);
            update(before, step.slopes(), step.weights());
            repeat(step);
            int weights = count(before);
            line("");
            line("gradients: %d of %d agree with finite differences", agreeing, weights);
            line("weights: %s", step.fingerprint());
            return agreeing == weights ? 0 : 1;
        }
    }

    private static String format(String format, Object... numbers) {
        return String.format(Locale.ROOT, format, numbers);
    }

    private void line(String format, Object... numbers) {
        out.println(format(format, numbers));
    }

    private void slope(String by, String product, float result) {
        line("        error by %-4s = %-34s = %+.4f", by, product, result);
    }

    private static int count(float[][] weights) {
        int count = 0;
        for (float[] part : weights) {
            count += part.length;
        }
        return count;
    }

    private void introduce() {
        line("A network is a relay team. Each runner takes some numbers, makes one number of");
        line("them, and hands it on. This is the smallest team: two inputs, two runners in");
        line("the middle (h1, h2), one at the end (y).");
        line("");
        line("    x1 ----- a1 ----> h1");
        line("       \\            /    \\ c1");
        line("         \\ b1  a2 /        \\");
        line("           \\    /            > y");
        line("             \\/            /");
        line("            /  \\         / c2");
        line("    x2 ----- b2 ----> h2");
        line("");
        line("Every arrow has a weight. A runner multiplies each number that arrives with the");
        line("weight of its arrow, adds the products up, and adds a number of its own: its");
        line("bias (a0, b0, c0). Then it squeezes the sum between 0 and 1, so that no number");
        line("runs away:");
        line("");
        line("    squeeze(sum) = 1 / (1 + e^-sum)        (its name is sigmoid)");
        line("");
        line("Learning means: find weights with which the last runner hands over what we want.");
        line("Nobody knows them yet. We begin with some, and make them better.");
    }

    private void forward(RelayStep step, float[][] w) {
        float[] sums = step.numbers("middle sums");
        float[] h = step.numbers("middle");
        float sum = step.numbers("last sum")[0];
        float y = step.numbers("answer")[0];
        title("1. Forward: the team runs");
        line("The inputs are x1 = %.1f and x2 = %.1f. The answer should be %.1f.", X[0], X[1], WANTED);
        line("");
        line("    runner h1");
        line("        sum = a1 x1 + a2 x2 + a0");
        line("            = %.1f * %.1f + %.1f * %.1f + %.1f = %.4f", w[0][0], X[0], w[0][2], X[1], w[1][0], sums[0]);
        line("        h1  = squeeze(%.4f) = %.4f", sums[0], h[0]);
        line("    runner h2");
        line("        sum = b1 x1 + b2 x2 + b0");
        line("            = %.1f * %.1f + %.1f * %.1f + %.1f = %.4f", w[0][1], X[0], w[0][3], X[1], w[1][1], sums[1]);
        line("        h2  = squeeze(%.4f) = %.4f", sums[1], h[1]);
        line("    runner y");
        line("        sum = c1 h1 + c2 h2 + c0");
        line("            = %.1f * %.4f + %.1f * %.4f + %.1f = %.4f", w[2][0], h[0], w[2][1], h[1], w[3][0], sum);
        line("        y   = squeeze(%.4f) = %.4f", sum, y);
        title("2. The error: how wrong is the answer?");
        line("    error = (y - wanted)^2 = (%.4f - %.1f)^2 = %.6f", y, WANTED, step.numbers("error")[0]);
        line("");
        line("The square makes it positive, and makes large mistakes count more than small ones.");
    }

    private void back(RelayStep step, float[][] w) {
        float[] h = step.numbers("middle");
        float y = step.numbers("answer")[0];
        float byY = step.numbers("error by answer")[0];
        float bySum = step.numbers("error by last sum")[0];
        float[] byH = step.numbers("error by middle");
        float[] bySums = step.numbers("error by middle sums");
        float[] inside = step.numbers("middle by middle sums");
        float[][] slopes = step.slopes();
        title("3. Back: who could have done better?");
        line("Now ask of every number: if it were a little larger, how much would the error");
        line("change? That is its slope. (Other names: derivative, gradient.) A slope of -2");
        line("means: a change of 0.01 here changes the error by about -0.02.");
        line("");
        line("We start at the error and go back, the way we came. Each time we pass something,");
        line("we multiply with its own slope. That is all. It is called the chain rule.");
        line("");
        line("    the answer y");
        slope("y", format("2 (y - wanted) = 2 (%.4f - %.1f)", y, WANTED), byY);
        line("    back through its squeezing, which has the slope y (1 - y)");
        slope("sum", format("%+.4f * %.4f", byY, step.numbers("answer by last sum")[0]), bySum);
        line("    the weights of y: the slope of c1 h1 by c1 is h1");
        slope("c1", format("%+.4f * %.4f (h1)", bySum, h[0]), slopes[2][0]);
        slope("c2", format("%+.4f * %.4f (h2)", bySum, h[1]), slopes[2][1]);
        slope("c0", format("%+.4f * 1", bySum), slopes[3][0]);
        line("    back to the runners in the middle: the slope of c1 h1 by h1 is c1");
        slope("h1", format("%+.4f * %.1f (c1)", bySum, w[2][0]), byH[0]);
        slope("h2", format("%+.4f * %.1f (c2)", bySum, w[2][1]), byH[1]);
        for (int runner = 0; runner < 2; runner++) {
            String name = "h" + (runner + 1);
            line("    back through the squeezing of %s, which has the slope %s (1 - %s)", name, name, name);
            slope("sum", format("%+.4f * %.4f", byH[runner], inside[runner]), bySums[runner]);
            line("    the weights of %s", name);
            for (int input = 0; input < 2; input++) {
                String product = format("%+.4f * %.1f (x%d)", bySums[runner], X[input], input + 1);
                slope(NAMES[0][2 * input + runner], product, slopes[0][2 * input + runner]);
            }
            slope(NAMES[1][runner], format("%+.4f * 1", bySums[runner]), slopes[1][runner]);
        }
        line("");
        line("Nine weights, nine slopes, and every product was needed only once. That is why");
        line("networks with millions of weights can learn in the same way.");
    }

    /** Compares each slope with what happens to the error when the weight is moved; gives how many agree. */
    private int check(float[][] slopes, float[][] weights) {
        title("4. The check: is it true?");
        line("Slopes can be found without any rule: move one weight by %.4f up and down, run", NUDGE);
        line("the team both times, and see how the error changes. It takes two runs for every");
        line("weight, so nobody learns that way. But it shows whether the chain rule is right.");
        line("");
        line("    weight   chain rule     nudging");
        int agreeing = 0;
        double[][] moved = new double[weights.length][];
        for (int part = 0; part < weights.length; part++) {
            moved[part] = new double[weights[part].length];
            for (int i = 0; i < moved[part].length; i++) {
                moved[part][i] = weights[part][i];
            }
        }
        for (int part = 0; part < weights.length; part++) {
            for (int i = 0; i < weights[part].length; i++) {
                moved[part][i] = weights[part][i] + NUDGE;
                double up = error(moved);
                moved[part][i] = weights[part][i] - NUDGE;
                double down = error(moved);
                moved[part][i] = weights[part][i];
                double slope = (up - down) / (2 * NUDGE);
                boolean agrees = Math.abs(slope - slopes[part][i]) < NEAR;
                agreeing += agrees ? 1 : 0;
                line("    %-6s %+12.6f %+11.6f   %s", NAMES[part][i], slopes[part][i], slope, agrees ? "ok" : "WRONG");
            }
        }
        return agreeing;
    }

    /** The error of the network, in plain Java and double precision: an opinion that is not Baton's. */
    private static double error(double[][] w) {
        double h1 = squeeze(w[0][0] * X[0] + w[0][2] * X[1] + w[1][0]);
        double h2 = squeeze(w[0][1] * X[0] + w[0][3] * X[1] + w[1][1]);
        double y = squeeze(w[2][0] * h1 + w[2][1] * h2 + w[3][0]);
        return (y - WANTED) * (y - WANTED);
    }

    private static double squeeze(double sum) {
        return 1 / (1 + Math.exp(-sum));
    }

    private void update(float[][] before, float[][] slopes, float[][] after) {
        title("5. The step: every weight gets a little better");
        line("A positive slope says: a larger weight makes the error larger. So the weight gets");
        line("smaller; with a negative slope, larger. How far to go is the learning rate: %.1f.", RelayStep.RATE);
        line("");
        line("    new weight = weight - %.1f * slope", RelayStep.RATE);
        line("");
        line("    weight      before       slope       after");
        for (int part = 0; part < before.length; part++) {
            for (int i = 0; i < before[part].length; i++) {
                line(
                        "    %-6s %+11.4f %+11.6f %+11.6f",
                        NAMES[part][i], before[part][i], slopes[part][i], after[part][i]);
            }
        }
    }

    /** Goes on to the number of steps that was asked for. */
    private void repeat(RelayStep step) {
        title("6. Again, and again");
        line("One step is small. So the same is done many times.");
        line("");
        line("    step      answer       error");
        show(1, step);
        for (int number = 2; number <= steps; number++) {
            step.run();
            if (isShown(number)) {
                show(number, step);
            }
        }
        line("");
        line("The answer comes nearer and nearer to %.1f. The team has learnt.", WANTED);
    }

    private boolean isShown(int number) {
        double magnitude = Math.log10(number);
        return number == 2 || number == steps || magnitude == Math.rint(magnitude);
    }

    private void show(int number, RelayStep step) {
        line("    %-6d %9.4f %11.8f", number, step.numbers("answer")[0], step.numbers("error")[0]);
    }

    private void title(String text) {
        line("");
        line("");
        line("%s", text);
        line("%s", "-".repeat(text.length()));
        line("");
    }
}
