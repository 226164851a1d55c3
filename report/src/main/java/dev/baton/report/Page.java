package dev.baton.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page: one HTML document that holds its style, its scripts and its data. Its policy (Content-Security-Policy) lets it
 * run these scripts alone, and ask nobody for anything; the live view may ask where it came from for new data.
 */
final class Page {

    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z]+)}}");

    /** Numbers as short as their picture needs; JSON has no word for what is not finite. */
    private static final TypeAdapter<Double> NUMBER = new TypeAdapter<>() {
        private final MathContext digits = new MathContext(7);

        @Override
        public void write(JsonWriter out, Double value) throws IOException {
            if (value == null || !Double.isFinite(value)) {
                out.nullValue();
            } else {
                out.value(new BigDecimal(value).round(digits).doubleValue());
            }
        }

        @Override
        public Double read(JsonReader in) {
            throw new UnsupportedOperationException("the page is only written");
        }
    };

    /** Leaves nothing in a text that HTML could take for a tag. */
    private static final Gson JSON = new GsonBuilder()
            .registerTypeAdapter(double.class, NUMBER)
            .registerTypeAdapter(Double.class, NUMBER)
            .create();

    private static final String TEMPLATE = read("page.html");
    private static final String STYLE = read("page.css");

    /** Without its last line, which names a file for debuggers that is not there. */
    private static final String CHARTS = read("chart.umd.min.js").replaceAll("\n//# sourceMappingURL=.*\\s*$", "\n");

    private static final String SCRIPT = read("charts.js") + read("answers.js") + read("page.js");

    private Page() {}

    static String json(PageData data) {
        return JSON.toJson(data);
    }

    /** The whole document. */
    static String of(PageData data, boolean live) {
        var parts = Map.of(
                "policy", policy(live),
                "title", escaped(data.title()),
                "licence", read("/META-INF/licenses/Chart.js.txt"),
                "style", STYLE,
                "live", Boolean.toString(live),
                "data", json(data),
                "charts", CHARTS,
                "script", SCRIPT);
        return PLACE.matcher(TEMPLATE).replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1))));
    }

    static String policy(boolean live) {
        return "default-src 'none'; img-src data:; style-src " + hash(STYLE) + "; script-src "
                + String.join(" ", List.of(hash(CHARTS), hash(SCRIPT)))
                + "; base-uri 'none'; form-action 'none'" + (live ? "; connect-src 'self'" : "");
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String read(String resource) {
        try (InputStream in = Page.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
