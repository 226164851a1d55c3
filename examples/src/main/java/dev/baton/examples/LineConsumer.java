package dev.baton.examples;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarConsumer;

/** Draws a line of a terminal again and again, and wipes it out at the end. Not for two threads at once. */
final class LineConsumer implements ProgressBarConsumer {

    private final PrintStream out;
    private final int width;
    private int drawn;

    LineConsumer(PrintStream out) {
        this.out = out;
        this.width = new ConsoleProgressBarConsumer(out).getMaxRenderedLength();
    }

    @Override
    public int getMaxRenderedLength() {
        return width;
    }

    @Override
    public void accept(String line) {
        out.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
        out.flush();
        drawn = line.length();
    }

    @Override
    public void clear() {
        if (drawn > 0) {
            out.print("\r" + " ".repeat(drawn) + "\r");
            out.flush();
            drawn = 0;
        }
    }

    @Override
    public void close() {
        clear();
    }
}
