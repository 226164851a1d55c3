package dev.baton.examples;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * What a client asks, in JSON: {@code {"examples": [[0.1, 0.2, ...], ...]}}, the numbers of each example in their order.
 *
 * @param examples at least one
 */
record AnswerRequest(float[][] examples) {

    private static final String EXAMPLES = "examples";
    private static final int FIRST_ROOM = 64;

    /** A request that cannot be answered, and why. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1;

        private final int status;

        /**
         * @param status of HTTP
         */
        Refused(int status, String why) {
            super(why);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /**
     * Reads a request. What it does not know it refuses: a client that has misspelt something is told.
     *
     * @param most how many examples one request may have
     * @throws Refused if it is none
     */
    static AnswerRequest of(byte[] body, int most) throws Refused {
        var text = new InputStreamReader(new ByteArrayInputStream(body), StandardCharsets.UTF_8.newDecoder());
        try (var json = new JsonReader(text)) {
            json.setStrictness(Strictness.STRICT);
            json.beginObject();
            String name = json.nextName();
            if (!name.equals(EXAMPLES)) {
                throw new Refused(400, "there is no '" + name + "' in a request, only '" + EXAMPLES + "'");
            }
            float[][] examples = examples(json, most);
            json.endObject();
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new Refused(400, "something follows the request");
            }
            return new AnswerRequest(examples);
        } catch (CharacterCodingException e) {
            throw new Refused(400, "the request is not in UTF-8");
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new Refused(400, "this is not {\"" + EXAMPLES + "\": [[number, ...], ...]}: " + firstLine(e));
        }
    }

    private static float[][] examples(JsonReader json, int most) throws IOException, Refused {
        var examples = new ArrayList<float[]>();
        json.beginArray();
        while (json.hasNext()) {
            if (examples.size() == most) {
                throw new Refused(413, "a request has at most " + most + " examples");
            }
            examples.add(numbers(json));
        }
        json.endArray();
        if (examples.isEmpty()) {
            throw new Refused(400, "there are no examples in the request");
        }
        return examples.toArray(float[][]::new);
    }

    private static float[] numbers(JsonReader json) throws IOException {
        var numbers = new float[FIRST_ROOM];
        int count = 0;
        json.beginArray();
        while (json.hasNext()) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
            }
            if (json.peek() != JsonToken.NUMBER) {
                throw new IllegalStateException("a number belongs where there is a "
                        + json.peek().name().toLowerCase(java.util.Locale.ROOT) + ", " + json.getPath());
            }
            numbers[count++] = (float) json.nextDouble();
        }
        json.endArray();
        return Arrays.copyOf(numbers, count);
    }

    /** Without the addresses of the parser's own help. */
    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
