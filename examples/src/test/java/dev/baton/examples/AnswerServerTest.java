package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.RejectedException;
import dev.baton.infer.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class AnswerServerTest {

    private static final AnswerServer.Limits LIMITS = new AnswerServer.Limits(2000, 3, 8, Duration.ofSeconds(2));

    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final AnswerServer server = AnswerServer.start(local(0), this::answer, LIMITS, new ServerMetrics(() -> 7));

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** A model that does what the first number of an example says. */
    private List<Answer> answer(float[][] examples) {
        return Arrays.stream(examples).map(this::answer).toList();
    }

    private Answer answer(float[] example) {
        switch ((int) example[0]) {
            case 1 -> throw new DataException("value 0 of the example is wrong");
            case 2 -> throw new RejectedException("64 examples wait already");
            case 3 -> throw new IllegalStateException("secret");
            case 4 -> {
                asked.countDown();
                awaitPermission();
            }
            default -> {}
        }
        return new Answer("sum", 0.75, Map.of("other", 0.25, "sum", 0.75));
    }

    private void awaitPermission() {
        try {
            assertThat(mayAnswer.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(to(path).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String body) throws Exception {
        return client.send(to("/answer").POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws Exception {
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        return new ObjectMapper().readTree(response.body());
    }

    @Test
    void examplesAreAnswered() throws Exception {
        HttpResponse<String> response = post(" {\"examples\": [[0, -1.5e2], [5]]}\n");
        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode answers = json(response).get("answers");
        assertThat(answers).hasSize(2);
        assertThat(answers.get(1).get("label").textValue()).isEqualTo("sum");
        assertThat(answers.get(1).get("probability").doubleValue()).isEqualTo(0.75);
        assertThat(answers.get(1).get("all").get("other").doubleValue()).isEqualTo(0.25);
        assertThat(json(get("/health")).get("status").textValue()).isEqualTo("up");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '!',
            value = {
                "!!                                       | 400 | this is not {\"examples\": [[number, ...], ...]}: End of input",
                "{                                        | 400 | this is not",
                "[[1]]                                    | 400 | this is not",
                "{\"examples\": [[0, 1]                   | 400 | this is not",
                "{\"examples\": [[0, 1]]} {}              | 400 | this is not",
                "{\"examples\": [[0, 1]], \"more\": 1}    | 400 | this is not",
                "{\"example\": [[0, 1]]}                  | 400 | there is no 'example' in a request, only 'examples'",
                "{\"examples\": []}                       | 400 | there are no examples in the request",
                "{\"examples\": [0]}                      | 400 | this is not",
                "{\"examples\": [null]}                   | 400 | this is not",
                "{\"examples\": [[\"0\"]]}                | 400 | this is not {\"examples\": [[number, ...], ...]}: a number belongs where there is a string, $.examples[0][0]",
                "{\"examples\": [[NaN]]}                  | 400 | this is not",
                "{\"examples\": [[1e999]]}                | 400 | this is not",
                "{\"examples\": [[0, [1]]]}               | 400 | this is not",
                "{\"examples\": [[0], [0], [0], [0]]}     | 413 | a request has at most 3 examples",
                "{\"examples\": [[1]]}                    | 400 | value 0 of the example is wrong",
                "{\"examples\": [[2]]}                    | 503 | 64 examples wait already",
                "{\"examples\": [[3]]}                    | 500 | something went wrong here; the log says what",
            })
    void whatCannotBeAnsweredIsSaid(String body, int status, String message) throws Exception {
        HttpResponse<String> response = post(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(json(response).get("error").textValue()).startsWith(message);
        assertThat(response.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
        assertThat(post("{\"examples\": [[0]]}").statusCode()).isEqualTo(200);
    }

    @Test
    void bodiesThatAreTooLongAreRefused() throws Exception {
        for (int length : new int[] {2001, 3_000_000}) {
            HttpResponse<String> response = post("{\"examples\": " + "[".repeat(length) + "}");
            assertThat(response.statusCode()).isEqualTo(413);
            assertThat(json(response).get("error").textValue()).isEqualTo("at most 2000 bytes in one request");
        }
        assertThat(post("{\"examples\": " + "[".repeat(1500)).statusCode()).isEqualTo(400);
        HttpRequest bytes = to("/answer")
                .POST(BodyPublishers.ofByteArray(new byte[] {'"', (byte) 0xc3, '"'}))
                .build();
        assertThat(client.send(bytes, BodyHandlers.ofString()).statusCode()).isEqualTo(400);
        assertThat(post("{\"examples\": [[0]]}").statusCode()).isEqualTo(200);
    }

    @Test
    void otherPathsAndMethodsAreNamed() throws Exception {
        HttpResponse<String> other = get("/answers");
        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(get("/").statusCode()).isEqualTo(404);
        HttpResponse<String> wrong = get("/answer");
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.headers().firstValue("Allow")).contains("POST");
        assertThat(json(wrong).get("error").textValue()).isEqualTo("/answer takes POST, not GET");
    }

    @Test
    void countsAreForPrometheus() throws Exception {
        post("{\"examples\": [[0], [0]]}");
        post("{");
        HttpResponse<String> response = get("/metrics");
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        assertThat(response.body())
                .contains(
                        "baton_requests_total{status=\"200\"} 1.0\n",
                        "baton_requests_total{status=\"400\"} 1.0\n",
                        "baton_examples_total 2.0\n",
                        "baton_examples_waiting 7.0\n",
                        "baton_request_seconds_count 1\n");
    }

    /** A client that promises a body and does not send it is cut off, and holds nobody else up. */
    @Test
    void slowClientsAreCutOff() throws Exception {
        try (var slow = new Socket()) {
            slow.connect(local(server.port()));
            slow.setSoTimeout(20_000);
            slow.getOutputStream()
                    .write("POST /answer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(post("{\"examples\": [[0]]}").statusCode()).isEqualTo(200);
            assertThat(readsNothing(slow)).isTrue();
        }
    }

    private static boolean readsNothing(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException e) {
            return !(e instanceof java.net.SocketTimeoutException);
        }
    }

    @Test
    void whoWasAcceptedIsAnsweredWhenItStops() throws Exception {
        CompletableFuture<HttpResponse<String>> first = client.sendAsync(
                to("/answer")
                        .POST(BodyPublishers.ofString("{\"examples\": [[4]]}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
        while (get("/health").statusCode() == 200) {
            Thread.onSpinWait();
        }
        HttpResponse<String> later = post("{\"examples\": [[0]]}");
        assertThat(later.statusCode()).isEqualTo(503);
        assertThat(json(later).get("error").textValue()).isEqualTo("the server stops");
        assertThat(stopped).isNotDone();
        mayAnswer.countDown();
        assertThat(first.get().statusCode()).isEqualTo(200);
        stopped.get();
        assertThatThrownBy(() -> get("/health")).isInstanceOf(IOException.class);
    }

    @Test
    void anAddressThatIsTakenIsNamed() {
        assertThatThrownBy(() ->
                        AnswerServer.start(local(server.port()), this::answer, LIMITS, new ServerMetrics(() -> 0)))
                .isInstanceOf(BatonException.class)
                .hasMessageContaining("cannot serve on localhost/127.0.0.1:" + server.port() + ": ");
    }
}
