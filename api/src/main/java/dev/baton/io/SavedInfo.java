package dev.baton.io;

import dev.baton.DataException;
import dev.baton.data.Standardizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A {@link ModelInfo} as texts about a file. A file without them, as older ones are, has nothing to say. */
final class SavedInfo {

    /** What the names of Baton's own texts begin with. */
    static final String OWN = "baton.";

    private static final String LABELS = OWN + "labels";
    private static final String STANDARDIZER = OWN + "standardizer";
    private static final String TOKENIZER = OWN + "tokenizer";
    private static final String PADDING = OWN + "padding";

    private SavedInfo() {}

    static Map<String, String> write(ModelInfo info) {
        var texts = new LinkedHashMap<String, String>();
        if (!info.labels().isEmpty()) {
            texts.put(LABELS, "{\"labels\":" + array(info.labels()) + "}");
        }
        info.standardizer()
                .ifPresent(fitted -> texts.put(
                        STANDARDIZER,
                        "{\"mean\":" + array(texts(fitted.mean())) + ",\"deviation\":"
                                + array(texts(fitted.deviation())) + "}"));
        info.tokenizer().ifPresent(tokenizer -> texts.put(TOKENIZER, SavedTokenizer.write(tokenizer)));
        info.padding().ifPresent(token -> texts.put(PADDING, "{\"token\":" + token + "}"));
        texts.putAll(info.texts());
        return texts;
    }

    /** An array of texts in JSON. */
    static String array(List<String> texts) {
        return texts.stream().map(Safetensors::quote).collect(Collectors.joining(",", "[", "]"));
    }

    private static List<String> texts(float[] numbers) {
        var texts = new ArrayList<String>();
        for (float number : numbers) {
            texts.add(Float.toString(number));
        }
        return texts;
    }

    /**
     * What was written.
     *
     * @param metadata all texts about the file
     * @throws DataException if one is damaged; names the file
     */
    static ModelInfo read(Path file, Map<String, String> metadata) {
        var own = new LinkedHashMap<>(metadata);
        own.keySet().removeIf(name -> name.startsWith(OWN) || Weights.METADATA.containsKey(name));
        var info = new ModelInfo[] {ModelInfo.of().texts(own)};
        part(file, metadata, LABELS, "names of classes", saved -> info[0] = info[0].labels(list(saved, "labels")));
        part(file, metadata, STANDARDIZER, "standardizer", saved -> {
            Standardizer fitted = Standardizer.of(numbers(saved, "mean"), numbers(saved, "deviation"));
            info[0] = info[0].standardizer(fitted);
        });
        part(file, metadata, TOKENIZER, "tokenizer", saved -> info[0] = info[0].tokenizer(SavedTokenizer.read(saved)));
        part(file, metadata, PADDING, "padding", saved -> {
            if (!(saved.get("token") instanceof Long token)) {
                throw new DataException("it has no token");
            }
            info[0] = info[0].padding(Math.toIntExact(token));
        });
        return info[0];
    }

    private static void part(
            Path file, Map<String, String> metadata, String name, String what, Consumer<Map<String, Object>> read) {
        String text = metadata.get(name);
        if (text == null) {
            return;
        }
        try {
            read.accept(HeaderParser.parse(text));
        } catch (DataException | ArithmeticException | NumberFormatException e) {
            throw new DataException(file + ": its " + what + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static float[] numbers(Map<String, Object> saved, String name) {
        List<String> texts = list(saved, name);
        var numbers = new float[texts.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Float.parseFloat(texts.get(i));
        }
        return numbers;
    }

    /** A list of texts. */
    static List<String> list(Map<String, Object> saved, String name) {
        if (!(saved.get(name) instanceof List<?> list) || !list.stream().allMatch(String.class::isInstance)) {
            throw new DataException("'" + name + "' is no list of texts");
        }
        return list.stream().map(String.class::cast).toList();
    }
}
