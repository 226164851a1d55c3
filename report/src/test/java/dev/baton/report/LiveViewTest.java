package dev.baton.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.baton.DataException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LiveViewTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private final HtmlReport report = HtmlReport.withoutFile().title("a run");
    private final LiveView view = LiveView.of(report, 0);

    @AfterEach
    void close() {
        view.close();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(view.address().resolve(path)).build(), BodyHandlers.ofString());
    }

    private JsonObject data(long after) throws Exception {
        return JsonParser.parseString(get("data?after=" + after).body()).getAsJsonObject();
    }

    @Test
    void showsThePageWithItsPolicy() throws Exception {
        HttpResponse<String> page = get("");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).contains("default-src 'none'", "connect-src 'self'"));
        assertThat(page.body()).contains("data-live=\"true\"", "<title>a run</title>");
    }

    /** Asks, as a page does, for what comes after a version. */
    private CompletableFuture<JsonObject> waitingFor(long version) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return data(version);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void answersAsSoonAsThereIsSomethingNew() throws Exception {
        long version = data(0).get("version").getAsLong();
        var waiting = waitingFor(version);
        Thread.sleep(200);
        assertThat(waiting).as("nothing is new").isNotDone();
        report.batch(1, 1, 1, 2.5f);

        JsonObject data = waiting.get(10, TimeUnit.SECONDS);
        assertThat(data.get("step").getAsLong()).isEqualTo(1);
        assertThat(data.get("version").getAsLong()).isGreaterThan(version);
    }

    @Test
    void isOnThisMachineAlone() throws Exception {
        assertThat(view.address().getHost()).isEqualTo("127.0.0.1");
        // As a browser asks whom another site has sent here under its own name.
        try (Socket socket = new Socket("127.0.0.1", view.address().getPort())) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 403");
        }
    }

    @Test
    void hasNothingElse() throws Exception {
        assertThat(get("other").statusCode()).isEqualTo(404);
        assertThat(get("data").statusCode()).isEqualTo(400);
        assertThat(get("data?after=x").statusCode()).isEqualTo(400);
        var post = HttpRequest.newBuilder(view.address())
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        assertThat(client.send(post, BodyHandlers.discarding()).statusCode()).isEqualTo(405);
    }

    @Test
    void whoWatchesGetsTheEnd() throws Exception {
        long version = data(0).get("version").getAsLong();
        var waiting = waitingFor(version);
        Thread.sleep(200);
        view.close();

        assertThat(waiting.get(10, TimeUnit.SECONDS).get("ended").getAsBoolean())
                .isTrue();
        assertThatThrownBy(() -> get("")).isInstanceOf(IOException.class);
    }

    @Test
    void saysThatAPortIsTaken() {
        int port = view.address().getPort();

        assertThatThrownBy(() -> LiveView.of(report, port))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("the live view cannot be shown at localhost, port " + port + ": ")
                .hasMessageEndingWith("; where another program has the port, name another one, or 0 for any");
    }

    @Test
    void saysThatThereIsNoSuchAddress() {
        assertThatThrownBy(() -> LiveView.of(report, InetSocketAddress.createUnresolved("no.such.host.invalid", 0)))
                .isInstanceOf(DataException.class)
                .hasMessage("the live view cannot be shown at no.such.host.invalid: there is no address of this name");
    }

    @Test
    void onAllInterfacesTheAddressIsOneToOpenHere() {
        try (LiveView everywhere = LiveView.of(report, new InetSocketAddress("0.0.0.0", 0))) {
            URI address = everywhere.address();

            assertThat(address.getHost()).isEqualTo("localhost");
        }
    }
}
