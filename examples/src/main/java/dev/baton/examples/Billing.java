package dev.baton.examples;

import dev.baton.cost.Assumptions;
import dev.baton.cost.Bill;
import dev.baton.cost.Cost;
import dev.baton.cost.Estimate;
import dev.baton.cost.Hardware;
import dev.baton.data.Batches;
import dev.baton.report.HtmlReport;
import dev.baton.runtime.Session;
import dev.baton.train.EpochResult;
import dev.baton.train.Epochs;
import dev.baton.train.TrainingListener;
import java.io.PrintWriter;

/** What a run is going to cost, by what this machine can do, and what it did cost in the end. */
final class Billing implements TrainingListener {

    private final PrintWriter out;
    private final boolean json;
    private Bill bill;
    private HtmlReport report;

    Billing(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /** Measures the machine and says what the run is going to cost. */
    void begin(Session session, Cost cost, Batches training, Epochs length, HtmlReport shown) {
        // A machine of one's own has no site around it.
        Estimate estimate = cost.assuming(Assumptions.usual().overhead(1))
                .training(training.examples(), length, Hardware.of(session));
        out.println(json ? new JsonLine("estimate").add(estimate.figures()) : estimate.totals());
        bill = Bill.of(estimate);
        report = shown;
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

    /** Says what it did cost. */
    void end() {
        out.println(json ? new JsonLine("bill").add(bill.figures()) : bill);
    }
}
