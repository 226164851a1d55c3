package dev.baton.examples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Chromium without a window, told what to do by its DevTools protocol (https://chromedevtools.github.io/devtools-protocol).
 * Remembers what a page asked for and complained of.
 */
final class Browser implements AutoCloseable {

    private static final int SECONDS = 60;

    private final Process process;
    private final WebSocket socket;
    private final ObjectMapper json = new ObjectMapper();
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

    /** Where there is one. */
    static Optional<Path> installed() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * @param profile an empty folder
     */
    Browser(Path program, Path profile) throws Exception {
        process = new ProcessBuilder(
                        program.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("output.txt").toFile())
                .start();
        int port = port(profile.resolve("DevToolsActivePort"));
        HttpClient client = HttpClient.newHttpClient();
        var page = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                .build();
        String pages = client.send(page, HttpResponse.BodyHandlers.ofString()).body();
        String address = "";
        for (JsonNode each : json.readTree(pages)) {
            if (each.get("type").asText().equals("page")) {
                address = each.get("webSocketDebuggerUrl").asText();
            }
        }
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(address), new Listener())
                .get(SECONDS, TimeUnit.SECONDS);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            send(domain + ".enable", Map.of());
        }
    }

    private int port(Path file) throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < until && process.isAlive()) {
            if (Files.exists(file) && !Files.readAllLines(file).isEmpty()) {
                return Integer.parseInt(Files.readAllLines(file).get(0));
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("Chromium did not start");
    }

    /** Takes messages, which may come in parts. */
    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                take(parsed(text.toString()));
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private JsonNode parsed(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(text, e);
        }
    }

    private void take(JsonNode message) {
        if (message.has("id")) {
            answers.remove(message.get("id").asInt()).complete(message);
            return;
        }
        JsonNode what = message.get("params");
        switch (message.get("method").asText()) {
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled" ->
                remember(complaints, what.toString());
            case "Network.requestWillBeSent" ->
                remember(requests, what.get("request").get("url").asText());
            default -> {
                // Nobody asked.
            }
        }
    }

    private static void remember(List<String> list, String text) {
        synchronized (list) {
            list.add(text);
        }
    }

    private JsonNode send(String method, Map<String, ?> parameters) throws Exception {
        int number = numbers.incrementAndGet();
        var answer = new CompletableFuture<JsonNode>();
        answers.put(number, answer);
        socket.sendText(json.writeValueAsString(Map.of("id", number, "method", method, "params", parameters)), true)
                .get(SECONDS, TimeUnit.SECONDS);
        JsonNode got = answer.get(SECONDS, TimeUnit.SECONDS);
        if (got.has("error")) {
            throw new IllegalStateException(method + ": " + got);
        }
        return got.get("result");
    }

    /** Sets the size of the window; a narrow one is that of a phone. */
    void size(int width, int height) throws Exception {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    void dark(boolean isDark) throws Exception {
        var feature = Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light");
        send("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
    }

    void open(URI address) throws Exception {
        complaints.clear();
        requests.clear();
        loaded = new CompletableFuture<>();
        send("Page.navigate", Map.of("url", address.toString()));
        loaded.get(SECONDS, TimeUnit.SECONDS);
    }

    /** What an expression in the page gives, as a text. */
    String value(String expression) throws Exception {
        JsonNode got =
                send("Runtime.evaluate", Map.of("expression", "String(" + expression + ")", "returnByValue", true));
        return got.get("result").get("value").asText();
    }

    /** Waits until an expression in the page is true. */
    void await(String expression) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!value(expression).equals("true")) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException("this did not become true: " + expression);
            }
            Thread.sleep(50);
        }
    }

    /** A picture of what an expression names, or of the whole page where it is empty. */
    byte[] picture(String element) throws Exception {
        String rectangle = element.isEmpty()
                ? "({x: 0, y: 0, width: document.documentElement.clientWidth, height: document.documentElement.scrollHeight})"
                : "(box => ({x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height}))(" + element
                        + ".getBoundingClientRect())";
        var clip = (ObjectNode) parsed(value("JSON.stringify(" + rectangle + ")"));
        clip.put("scale", 1);
        JsonNode got =
                send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", clip));
        return Base64.getDecoder().decode(got.get("data").asText());
    }

    /** Errors, warnings and whatever else was written to the console. */
    List<String> complaints() {
        synchronized (complaints) {
            return List.copyOf(complaints);
        }
    }

    /** The addresses that were asked for. */
    List<String> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    @Override
    public void close() throws InterruptedException {
        socket.abort();
        process.destroy();
        process.waitFor(SECONDS, TimeUnit.SECONDS);
    }
}
