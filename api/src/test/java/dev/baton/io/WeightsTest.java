package dev.baton.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.model.ResNet;
import dev.baton.nn.BatchNorm;
import dev.baton.nn.Conv2d;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
