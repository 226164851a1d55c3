package dev.baton.examples;

import com.google.gson.Gson;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.RejectedException;
import dev.baton.ShapeException;
import dev.baton.infer.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A model behind HTTP, with the server that the JDK brings: {@code POST /answer}, {@code GET /health}, {@code GET /metrics}.
 * Whatever a client sends, the next one is answered.
 */
final class AnswerServer implements AutoCloseable {

    /** The model, for one client's examples; may be called by many threads. */
    @FunctionalInterface
    interface Model {
        /**
         * One answer an example.
         *
         * @throws RejectedException if so many wait already that these would wait too long
         */
        List<Answer> answer(float[][] examples);
    }

    /**
     * What clients may ask for.
     *
     * @param bodyBytes of one request
     * @param examples of one request
     * @param clients that are served at the same time; the others wait for their turn
     * @param patience with a client that is slow to send, and with requests that are not yet answered when the server stops
     */
    record Limits(int bodyBytes, int examples, int clients, Duration patience) {}

    private static final System.Logger LOG = System.getLogger(AnswerServer.class.getName());
    private static final Gson JSON = new Gson();

    /** How many bytes of a body that is too long are read all the same. */
    private static final long MOST_SKIPPED = 16 << 20;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Model model;
    private final Limits limits;
    private final ServerMetrics metrics;
    /** One party for the server itself, and one for each request that is not answered yet. */
    private final Phaser running = new Phaser(1);

    private volatile boolean stopping;

    /** What an endpoint gives. */
    private record Response(int status, String type, byte[] body) {

        static Response json(int status, Object value) {
            return new Response(status, "application/json", JSON.toJson(value).getBytes(StandardCharsets.UTF_8));
        }
    }

    @FunctionalInterface
    private interface Endpoint {
        Response respond(HttpExchange exchange) throws IOException, AnswerRequest.Refused;
    }

    private AnswerServer(HttpServer server, Model model, Limits limits, ServerMetrics metrics) {
        this.server = server;
        this.model = model;
        this.limits = limits;
        this.metrics = metrics;
        this.threads = Executors.newFixedThreadPool(limits.clients());
        server.setExecutor(threads);
        endpoint("/answer", "POST", this::answer);
        endpoint("/health", "GET", exchange -> health());
        endpoint("/metrics", "GET", exchange -> new Response(200, ServerMetrics.CONTENT_TYPE, metrics.text()));
        server.createContext(
                "/",
                exchange -> serve(exchange, other -> {
                    throw new AnswerRequest.Refused(404, "there is /answer, /health and /metrics, not " + path(other));
                }));
        server.start();
    }

    /**
     * Starts to serve.
     *
     * @throws BatonException if the address cannot be had
     */
    static AnswerServer start(InetSocketAddress address, Model model, Limits limits, ServerMetrics metrics) {
        // The JDK's server reads these once. It ends connections on which a request takes longer to arrive, and does
        // not keep
        // the end of an answer back until the client has confirmed its beginning.
        System.setProperty(
                "sun.net.httpserver.maxReqTime",
                Long.toString(Math.max(1, limits.patience().toSeconds())));
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try {
            return new AnswerServer(HttpServer.create(address, 0), model, limits, metrics);
        } catch (IOException e) {
            throw new BatonException("cannot serve on " + address + ": " + e.getMessage(), e);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void endpoint(String path, String method, Endpoint endpoint) {
        server.createContext(
                path,
                exchange -> serve(exchange, asked -> {
                    if (!path(asked).equals(path)) {
                        throw new AnswerRequest.Refused(404, "there is " + path + ", not " + path(asked));
                    }
                    if (!asked.getRequestMethod().equals(method)) {
                        asked.getResponseHeaders().set("Allow", method);
                        throw new AnswerRequest.Refused(
                                405, path + " takes " + method + ", not " + asked.getRequestMethod());
                    }
                    return endpoint.respond(asked);
                }));
    }

    private static String path(HttpExchange exchange) {
        return exchange.getRequestURI().getPath();
    }

    /** Every request ends here, whatever happens to it. */
    private void serve(HttpExchange exchange, Endpoint endpoint) {
        running.register();
        try (exchange) {
            Response response;
            try {
                response = endpoint.respond(exchange);
            } catch (AnswerRequest.Refused e) {
                response = error(e.status(), e.getMessage());
            } catch (RejectedException e) {
                exchange.getResponseHeaders().set("Retry-After", "1");
                response = error(503, e.getMessage());
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a request failed", e);
                response = error(500, "something went wrong here; the log says what");
            }
            send(exchange, response);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client has gone", e);
        } finally {
            running.arriveAndDeregister();
        }
    }

    private static Response error(int status, String why) {
        return Response.json(status, Map.of("error", why));
    }

    private void send(HttpExchange exchange, Response response) throws IOException {
        metrics.request(response.status());
        exchange.getResponseHeaders().set("Content-Type", response.type());
        if (stopping || response.status() == 413) {
            // What is left of a body that is much too long is not worth reading.
            exchange.getResponseHeaders().set("Connection", "close");
        }
        exchange.sendResponseHeaders(response.status(), response.body().length);
        exchange.getResponseBody().write(response.body());
    }

    private Response answer(HttpExchange exchange) throws IOException, AnswerRequest.Refused {
        long start = System.nanoTime();
        if (stopping) {
            throw new RejectedException("the server stops");
        }
        float[][] examples = AnswerRequest.of(body(exchange), limits.examples()).examples();
        List<Answer> answers;
        try {
            answers = model.answer(examples);
        } catch (DataException | ShapeException e) {
            throw new AnswerRequest.Refused(400, e.getMessage());
        }
        metrics.answered(examples.length, System.nanoTime() - start);
        return Response.json(200, Map.of("answers", answers));
    }

    private byte[] body(HttpExchange exchange) throws IOException, AnswerRequest.Refused {
        try (InputStream in = exchange.getRequestBody()) {
            byte[] body = in.readNBytes(limits.bodyBytes());
            if (in.read() >= 0) {
                skip(in);
                throw new AnswerRequest.Refused(413, "at most " + limits.bodyBytes() + " bytes in one request");
            }
            return body;
        }
    }

    /** Reads on: who is still sending when a connection ends may lose the answer with it. */
    private static void skip(InputStream in) throws IOException {
        var rest = new byte[1 << 13];
        int read = 0;
        for (long skipped = 0; skipped < MOST_SKIPPED && read >= 0; skipped += read) {
            read = in.read(rest);
        }
    }

    private Response health() {
        return Response.json(stopping ? 503 : 200, Map.of("status", stopping ? "stopping" : "up"));
    }

    /** Refuses new requests, waits for those that are being answered, as long as its patience lasts, and ends. */
    @Override
    public void close() {
        stopping = true;
        try {
            running.awaitAdvanceInterruptibly(
                    running.arriveAndDeregister(), limits.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.log(System.Logger.Level.WARNING, running.getUnarrivedParties() + " requests were not answered in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop(0);
        threads.shutdownNow();
    }
}
