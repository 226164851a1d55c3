package dev.baton.examples;

import dev.baton.cost.Assumptions;
import dev.baton.cost.Bill;
import dev.baton.cost.Cost;
import dev.baton.cost.Estimate;
import dev.baton.cost.Hardware;
import dev.baton.report.HtmlReport;
import dev.baton.runtime.Session;
import dev.baton.train.EpochResult;
import dev.baton.train.Epochs;
import dev.baton.train.TrainingListener;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** What a run is going to cost, by what this machine can do, and what it did cost in the end: where that is wanted. */
final class Billing implements TrainingListener {

    @Option(
            names = "--bill",
            description =
                    "measure this machine for some seconds, say what the run is going to cost (time, energy, money), and "
                            + "in the end what it did")
    private boolean wanted;

    private PrintWriter out;
    private boolean json;
    private Bill bill;
    private HtmlReport report;

    /** Tells the listener, and counts where a bill is wanted. */
    TrainingListener after(TrainingListener first, PrintWriter to, boolean forPrograms) {
        out = to;
        json = forPrograms;
        return wanted ? first.then(this) : first;
    }

    /**
     * Measures the machine and says what the run is going to cost, where that is wanted.
     *
     * @param examples that are learnt in an epoch
     * @param shown the page that shows the bill too; null where there is none
     */
    void begin(Session session, Cost cost, long examples, Epochs length, HtmlReport shown) {
        if (!wanted) {
            return;
        }
        report = shown;
        // A machine of one's own has no site around it.
        Estimate estimate =
                cost.assuming(Assumptions.usual().overhead(1)).training(examples, length, Hardware.of(session));
        out.println(json ? new JsonLine("estimate").add(estimate.figures()) : estimate.totals());
        bill = Bill.of(estimate);
    }

    @Override
    public void batch(int epoch, int batch, int batches, float loss) {
        bill.batch(epoch, batch, batches, loss);
    }

    @Override
    public void epoch(EpochResult result) {
        bill.epoch(result);
        if (report != null) {
            report.bill(bill.toString());
        }
    }

    /** Says what it did cost, where that is wanted. */
    void end() {
        if (wanted) {
            out.println(json ? new JsonLine("bill").add(bill.figures()) : bill);
        }
    }
}
