package dev.baton.examples;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.IntSupplier;

/** What a server counts of itself, in the text that Prometheus reads. */
final class ServerMetrics {

    /** The type of the text. */
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private static final double NANOS = 1e-9;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter requests = Counter.builder()
            .name("baton_requests_total")
            .help("Requests that were answered, by the status of the answer")
            .labelNames("status")
            .register(registry);
    private final Counter examples = Counter.builder()
            .name("baton_examples_total")
            .help("Examples that the model answered")
            .register(registry);
    private final Histogram seconds = Histogram.builder()
            .name("baton_request_seconds")
            .help("From the request's head to the answer, of requests that the model answered")
            .classicOnly()
            .classicUpperBounds(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
            .register(registry);

    /**
     * @param waiting how many examples wait for the model now
     */
    ServerMetrics(IntSupplier waiting) {
        GaugeWithCallback.builder()
                .name("baton_examples_waiting")
                .help("Examples that wait for the model")
                .callback(gauge -> gauge.call(waiting.getAsInt()))
                .register(registry);
    }

    void request(int status) {
        requests.labelValues(Integer.toString(status)).inc();
    }

    void answered(int count, long nanos) {
        examples.inc(count);
        seconds.observe(nanos * NANOS);
    }

    byte[] text() throws IOException {
        var text = new ByteArrayOutputStream();
        new PrometheusTextFormatWriter(false).write(text, registry.scrape());
        return text.toByteArray();
    }
}
