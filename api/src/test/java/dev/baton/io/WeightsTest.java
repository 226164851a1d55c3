package dev.baton.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.model.Gpt;
import dev.baton.model.ResNet;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.nn.TensorNames;
import dev.baton.runtime.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsTest {

    @TempDir
    private Path folder;

    private static Sequential model() {
        return Sequential.of(new Linear(2, 3), new ReLU(), new Linear(3, 1));
    }

    @Test
    void theFileHoldsPyTorchsLayout() {
        Path file = folder.resolve("model.safetensors");
        Sequential model = model();
        try (var session = Session.open("reference", 1);
                var other = Session.open("reference", 2)) {
            Weights.save(session, model, file);
            session.set("0.weight", NDArray.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6f));
            Weights.save(session, model, file);
            Map<String, NDArray> saved = Safetensors.read(file);
            assertThat(saved.keySet()).containsExactly("0.weight", "0.bias", "2.weight", "2.bias");
            assertThat(saved.get("0.weight").shape()).isEqualTo(Shape.of(3, 2));
            assertThat(saved.get("0.weight").toFloatArray()).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(saved.get("2.weight").shape()).isEqualTo(Shape.of(1, 3));

            Weights.load(other, model(), file);
            for (String name : saved.keySet()) {
                assertThat(other.value(name).toFloatArray())
                        .isEqualTo(session.value(name).toFloatArray());
            }
        }
    }

    @Test
    void whatDoesNotFitIsNamedAndNothingIsLoaded() {
        Path file = folder.resolve("model.safetensors");
        NDArray bias = NDArray.of(Shape.of(1), 9f);
        try (var session = Session.open("reference", 1)) {
            var model = new Linear(2, 1).named("line");
            Weights.save(session, model, folder.resolve("before"));

            Safetensors.write(file, Map.of("line.bias", bias), Map.of());
            assertThatThrownBy(() -> Weights.load(session, model, file))
                    .isInstanceOf(DataException.class)
                    .hasMessage(file + ": there is no tensor 'line.weight'; there are [line.bias]");

            Safetensors.write(
                    file, Map.of("line.bias", bias, "line.weight", NDArray.of(Shape.of(2, 1), 1f, 2f)), Map.of());
            assertThatThrownBy(() -> Weights.load(session, model, file))
                    .isInstanceOf(DataException.class)
                    .hasMessage(file + ": tensor 'line.weight' is float32[2, 1], the model takes float32[1, 2]");

            Safetensors.write(
                    file,
                    Map.of("line.bias", bias, "line.weight", NDArray.of(Shape.of(1, 2), 1f, 2f), "other", bias),
                    Map.of());
            assertThatThrownBy(() -> Weights.load(session, model, file))
                    .hasMessage(
                            file + ": tensor 'other' is no parameter of the model, which has [line.weight, line.bias]");
            assertThat(session.value("line.bias").get(0)).isZero();
        }
    }

    /** Statistics are saved beside the parameters, and what PyTorch counts is left aside. */
    @Test
    void runningStatisticsAreSavedAndLoaded() {
        Path file = folder.resolve("model.safetensors");
        Sequential model = Sequential.of(new Conv2d(2, 3, 1).withoutBias(), new BatchNorm(3));
        NDArray mean = NDArray.of(Shape.of(3), 4f, 5f, 6f);
        try (var session = Session.open("reference", 1);
                var other = Session.open("reference", 2)) {
            Weights.save(session, model, file);
            session.set("1.running_mean", mean);
            Weights.save(session, model, file);
            Map<String, NDArray> saved = new LinkedHashMap<>(Safetensors.read(file));
            assertThat(saved.keySet())
                    .containsExactly("0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var");
            assertThat(saved.get("1.running_mean").toFloatArray()).containsExactly(4, 5, 6);
            assertThat(saved.get("1.running_var").toFloatArray()).containsExactly(1, 1, 1);

            saved.put("1.num_batches_tracked", NDArray.of(Shape.scalar(), 7L));
            Safetensors.write(file, saved, Map.of());
            Weights.load(other, model, file);
            assertThat(other.value("1.running_mean").toFloatArray()).containsExactly(4, 5, 6);

            saved.put("0.num_batches_tracked", NDArray.of(Shape.scalar(), 7L));
            Safetensors.write(file, saved, Map.of());
            assertThatThrownBy(() -> Weights.load(other, model, file))
                    .hasMessage(file + ": tensor '0.num_batches_tracked' is no parameter of the model, which has "
                            + "[0.weight, 1.weight, 1.bias, 1.running_mean, 1.running_var]");

            saved.remove("0.num_batches_tracked");
            saved.put("1.running_var", NDArray.of(Shape.of(4), 1f, 1f, 1f, 1f));
            Safetensors.write(file, saved, Map.of());
            assertThatThrownBy(() -> Weights.load(other, model, file))
                    .isInstanceOf(DataException.class)
                    .hasMessage(file + ": tensor '1.running_var' is float32[4], the model takes float32[3]");
        }
    }

    private static Gpt gpt() {
        return Gpt.of(5).context(4).layers(1).heads(1).width(2).build();
    }

    private static Map<String, NDArray> published(Session session, Gpt model, Path file) {
        Weights.save(session, model, file);
        var published = new LinkedHashMap<String, NDArray>();
        Safetensors.read(file).forEach((name, array) -> published.put("transformer." + name, array));
        published.put("transformer.h.0.attn.bias", NDArray.zeros(DType.BOOL, Shape.of(1, 1, 4, 4)));
        published.put("transformer.h.0.attn.masked_bias", NDArray.of(Shape.scalar(), -1e4f));
        published.put("lm_head.weight", published.get("transformer.wte.weight"));
        return published;
    }

    /** As checkpoints of GPT-2 are: a prefix, masks, and the head once more. */
    @Test
    void publishedNamesOfGpt2AreKnown() {
        Path file = folder.resolve("model.safetensors");
        try (var session = Session.open("reference", 1);
                var other = Session.open("reference", 2)) {
            Map<String, NDArray> published = published(session, gpt(), file);
            Safetensors.write(file, published, Map.of());
            Weights.load(other, gpt(), file);
            for (String name : List.of("wte.weight", "h.0.attn.c_attn.bias", "ln_f.weight")) {
                assertThat(other.value(name).toFloatArray())
                        .isEqualTo(session.value(name).toFloatArray());
            }

            published.put("lm_head.weight", NDArray.zeros(DType.FLOAT32, Shape.of(5, 2)));
            Safetensors.write(file, published, Map.of());
            assertThatThrownBy(() -> Weights.load(other, gpt(), file))
                    .isInstanceOf(DataException.class)
                    .hasMessage(file + ": tensor 'lm_head.weight' and another one are both 'wte.weight' of the model, "
                            + "and they differ");
        }
    }

    /** What a model does not ask for may be of a type that cannot be read. */
    @Test
    void tensorsThatAreLeftAsideNeedNoTypeThatIsKnown() throws IOException {
        Path file = folder.resolve("model.safetensors");
        byte[] header = ("{\"module.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                        + "\"module.mask\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]},"
                        + "\"module.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[11,15]}}")
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + 15).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length)
                .put(header)
                .putFloat(3)
                .putFloat(4)
                .put(new byte[3])
                .putFloat(5);
        Files.write(file, bytes.array());
        TensorNames names = TensorNames.asTheyAre().rename("module\\.(.*)", "$1");
        try (var session = Session.open("reference", 1)) {
            var model = new Linear(2, 1);
            assertThatThrownBy(() -> Weights.load(session, model, file, names))
                    .hasMessageStartingWith(file + ": tensor 'module.mask' is of type U8;");
            Weights.load(session, model, file, names.leaveAside("mask"));
            assertThat(session.value("weight").toFloatArray()).containsExactly(3, 4);
            assertThat(session.value("bias").toFloatArray()).containsExactly(5);
        }
    }

    /** A file of a large network has more names than a person reads. */
    @Test
    void onlySomeNamesAreShown() {
        Path file = folder.resolve("model.safetensors");
        try (var session = Session.open("reference", 1)) {
            Weights.save(session, ResNet.cifar20(10), file);
            assertThatThrownBy(() -> Weights.load(session, ResNet.cifar32(10), file))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith(
                            file + ": there is no tensor 'layer1.3.conv1.weight'; there are [conv1.weight,")
                    .hasMessageEndingWith("] and 95 more");
        }
    }
}
