package dev.baton.cpu;

import dev.baton.DType;
import dev.baton.Shape;
import dev.baton.infer.Sampling;
import dev.baton.infer.TextGenerator;
import dev.baton.model.Gpt;
import dev.baton.nn.ForwardGraph;
import dev.baton.runtime.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that writes texts behind prompts of all lengths, from one to twelve at once, and prints its anonymous resident
 * memory on the way, one line {@code CALLS KILOBYTES} for each number of calls named on the command line, in their order.
 */
public final class WritingProcess {

    private static final int CONTEXT = 40;

    private WritingProcess() {}

    public static void main(String[] calls) throws IOException {
        var model = Gpt.of(30).context(CONTEXT).layers(1).heads(2).width(16).build();
        MemoryProcess.residentKilobytes(); // Loads the classes that reading takes.
        try (var session = Session.open("cpu", 1)) {
            session.addVariables(ForwardGraph.of(model, DType.INT32, Shape.of(CONTEXT)));
            try (var generator = TextGenerator.of(session, model)) {
                int done = 0;
                for (String until : calls) {
                    for (; done < Integer.parseInt(until); done++) {
                        List<int[]> prompts = new ArrayList<>();
                        for (int i = 0; i <= done % 12; i++) {
                            prompts.add(new int[1 + (done + 5 * i) % CONTEXT]);
                        }
                        generator.generate(
                                prompts, Sampling.of().topP(0.9).seed(done).atMost(8));
                    }
                    System.out.println(done + " " + MemoryProcess.residentKilobytes());
                }
            }
        }
    }
}
