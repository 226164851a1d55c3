package dev.baton.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.baton.loss.Losses;
import dev.baton.nn.Layer;
import dev.baton.nn.Residual;
import dev.baton.nn.Sequential;
import dev.baton.optim.Optimizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whatever the library offers is compared with PyTorch, or with a formula from the paper: the cases of the tests are held
 * against the public classes. PyTorchLossesTest does the same for the values of losses.
 */
class OracleCoverageTest {

    private static final JavaClasses OFFERED = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.baton.nn", "dev.baton.optim", "dev.baton.loss", "dev.baton.model");

    /** The tests whose networks are trained. */
    private static final JavaClasses TRAINING = new ClassFileImporter()
            .importClasses(
                    PyTorchNetworksTest.class,
                    PyTorchResNetTest.class,
                    PyTorchGptTest.class,
                    PyTorchTrajectoryTest.class);

    /** The classes of a package that users make objects of. */
    private static Set<String> offered(String inPackage, Class<?> kind) {
        return OFFERED.stream()
                .filter(type -> type.getPackageName().equals(inPackage) && type.isAssignableTo(kind))
                .filter(OracleCoverageTest::isPublic)
                .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC);
    }

    private static Set<String> without(Set<String> offered, Stream<?> tried) {
        Set<String> names = tried.map(one -> one.getClass().getSimpleName()).collect(Collectors.toSet());
        return offered.stream().filter(name -> !names.contains(name)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<TrainingOracle> trained() throws IOException {
        var all = new ArrayList<>(PyTorchNetworksTest.TRIED.values());
        all.add(PyTorchResNetTest.tried());
        all.add(PyTorchGptTest.tried());
        PyTorchTrajectoryTest.runs().map(PyTorchTrajectoryTest::tried).forEach(all::add);
        return all;
    }

    /** A layer and, of what only puts layers together, these: a layer of the library counts as a whole. */
    private static Stream<Layer> parts(Layer layer) {
        boolean whole = layer.getClass().getPackageName().equals("dev.baton.nn")
                && !(layer instanceof Sequential)
                && !(layer instanceof Residual);
        Collection<Layer> children = whole ? List.of() : layer.children().values();
        return Stream.concat(Stream.of(layer), children.stream().flatMap(OracleCoverageTest::parts));
    }

    @Test
    void valuesAndGradientsOfEveryLayer() throws IOException {
        Stream<Layer> tried = Stream.of(
                        PyTorchLayersTest.TRIED, PyTorchPicturesTest.TRIED, PyTorchTransformersTest.TRIED)
                .map(Map::values)
                .flatMap(Collection::stream)
                .map(FunctionOracle::layer);
        Stream<Layer> recurrent = PyTorchRecurrentTest.cases().map(PyTorchRecurrentTest::layer);
        assertThat(without(offered("dev.baton.nn", Layer.class), Stream.concat(tried, recurrent)))
                .as("layers whose values and gradients are compared with nothing")
                .isEmpty();
    }

    @Test
    void tenLossesWithEveryLayer() throws IOException {
        Stream<Layer> models = trained().stream().map(TrainingOracle::model);
        Stream<Layer> recurrent = PyTorchRecurrentTest.runs().map(PyTorchRecurrentTest::model);
        List<Layer> tried = Stream.concat(models, recurrent)
                .flatMap(OracleCoverageTest::parts)
                .toList();
        assertThat(without(offered("dev.baton.nn", Layer.class), tried.stream()))
                .as("layers that no network has whose losses are compared")
                .isEmpty();
    }

    @Test
    void tenLossesWithEveryOptimizer() throws IOException {
        assertThat(without(
                        offered("dev.baton.optim", Optimizer.class),
                        trained().stream().map(TrainingOracle::optimizer)))
                .as("optimizers that no network learns with whose losses are compared")
                .isEmpty();
    }

    @Test
    void tenLossesWithEveryLoss() {
        assertThat(neverCalled(TRAINING, OFFERED.get(Losses.class)))
                .as("losses that no network is trained with whose losses are compared")
                .isEmpty();
    }

    @Test
    void everyReadyModel() {
        JavaClasses tests = new ClassFileImporter()
                .importClasses(
                        PyTorchModelsTest.class,
                        PyTorchNetworksTest.class,
                        PyTorchResNetTest.class,
                        PyTorchGptTest.class,
                        PyTorchTrajectoryTest.class);
        assertThat(OFFERED.stream()
                        .filter(type -> type.getPackageName().equals("dev.baton.model"))
                        .filter(type -> isPublic(type) && type.isTopLevelClass())
                        .flatMap(type -> neverCalled(tests, type).stream()))
                .as("models whose answers are compared with nothing")
                .isEmpty();
    }

    /** The public factories and constructors of a class that no code of some tests calls. */
    private static Set<String> neverCalled(JavaClasses tests, JavaClass type) {
        Set<String> called = tests.stream()
                .flatMap(test -> test.getCodeUnitCallsFromSelf().stream())
                .map(call -> call.getTarget().getFullName())
                .collect(Collectors.toSet());
        return type.getCodeUnits().stream()
                .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(unit -> unit.isConstructor() || unit.getModifiers().contains(JavaModifier.STATIC))
                .map(JavaCodeUnit::getFullName)
                .filter(unit -> !called.contains(unit))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
