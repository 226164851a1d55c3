package dev.baton.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.baton.DataException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Shows a report in a browser while the run goes on: a web server in this process. On the loopback interface only people on
 * this machine can look; on another interface everybody who reaches it can, without a password.
 */
public final class LiveView implements AutoCloseable {

    /** A page is told at most so late that nothing has happened. */
    private static final long LONGEST_WAIT = 20_000;

    /** Pages ask once a second (page.js); who asked so lately gets the end of the run too. */
    private static final long MILLISECONDS_TO_END = 1500;

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int WRONG_METHOD = 405;
    private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private final HtmlReport report;
    private final HttpServer server;
    private final boolean onlyHere;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "baton-live-view");
        thread.setDaemon(true);
        return thread;
    });

    private volatile long asked;
    private volatile boolean closed;

    private LiveView(HtmlReport report, InetSocketAddress address) {
        this.report = report;
        this.onlyHere = address.getAddress().isLoopbackAddress();
        try {
            server = HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new DataException(
                    "the live view cannot be shown at " + address.getHostString() + ", port " + address.getPort() + ": "
                            + e.getMessage() + "; where another program has the port, name another one, or 0 for any",
                    e);
        } catch (IOException e) {
            throw new DataException("the live view cannot be shown at " + address + ": " + e, e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /**
     * Begins to show a report to people on this machine.
     *
     * @param port that the server listens on; 0 for any that is free
     * @throws DataException if it is not free
     */
    public static LiveView of(HtmlReport report, int port) {
        return of(report, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /**
     * Begins to show a report to whoever reaches an interface of this machine.
     *
     * @throws DataException if the address is none of this machine, or its port is not free
     */
    public static LiveView of(HtmlReport report, InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new DataException("the live view cannot be shown at " + address.getHostString()
                    + ": there is no address of this name");
        }
        return new LiveView(report, address);
    }

    /** What to open in a browser. */
    public URI address() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().isAnyLocalAddress()
                ? "localhost"
                : address.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort() + "/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")) {
                send(exchange, WRONG_METHOD, "text/plain", "only GET");
            } else if (onlyHere && !isForThisMachine(exchange)) {
                send(exchange, FORBIDDEN, "text/plain", "this view is for " + address() + " alone");
            } else {
                answer(exchange, exchange.getRequestURI());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A page of somebody else that has its name lead here ("DNS rebinding") gives itself away by that name. */
    private static boolean isForThisMachine(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        return host != null && OWN_NAMES.contains(host.replaceFirst(":\\d+$", ""));
    }

    private void answer(HttpExchange exchange, URI address) throws IOException, InterruptedException {
        switch (address.getPath()) {
            case "/" -> {
                exchange.getResponseHeaders().set("Content-Security-Policy", Page.policy(true));
                send(exchange, OK, "text/html; charset=utf-8", Page.of(report.data(), true));
            }
            case "/data" -> {
                String query = address.getQuery() == null ? "" : address.getQuery();
                if (!query.matches("after=\\d{1,18}")) {
                    send(exchange, BAD_REQUEST, "text/plain", "/data?after=VERSION");
                    return;
                }
                asked = System.nanoTime();
                report.awaitChange(Long.parseLong(query.substring("after=".length())), LONGEST_WAIT);
                send(exchange, OK, "application/json", Page.json(report.data()));
            }
            default -> send(exchange, NOT_FOUND, "text/plain", "there is only /");
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Ends the report, shows its end to the pages that are open, and stops; closing twice does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        report.close();
        boolean isWatched = asked != 0
                && System.nanoTime() - asked < TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT + MILLISECONDS_TO_END);
        if (isWatched) {
            pause(MILLISECONDS_TO_END);
        }
        server.stop(0);
        threads.shutdownNow();
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
