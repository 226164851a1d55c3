package dev.baton.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BackendException;
import dev.baton.NDArray;
import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.reference.ReferenceProvider;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;
import dev.baton.spi.OfferedProviders;
import dev.baton.spi.Plan;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class path alone decides which backends there are; each that cannot run says why. */
class BackendsTest {

    private static final String ADVICE =
            "\nadd dev.baton:baton-backend-cpu or dev.baton:baton-backend-cuda, in the version of baton-api";

    @TempDir
    private Path folder;

    private OfferedProviders offered;

    @AfterEach
    void restore() {
        offered.close();
    }

    /** A class path that offers these providers and no others. */
    private void classPath(Class<?>... providers) throws IOException {
        if (offered != null) {
            offered.close();
        }
        offered = new OfferedProviders(folder, providers);
    }

    /** The reference backend under another name. */
    public static class Fast implements BackendProvider {
        @Override
        public String name() {
            return "fast";
        }

        @Override
        public int priority() {
            return 10;
        }

        @Override
        public int spiVersion() {
            return 1;
        }

        @Override
        public Availability availability() {
            return Availability.yes();
        }

        @Override
        public Backend open() {
            return new ReferenceProvider().open();
        }
    }

    public static final class NoDriver extends Fast {
        @Override
        public String name() {
            return "gpu";
        }

        @Override
        public int priority() {
            return 20;
        }

        @Override
        public Availability availability() {
            return Availability.no("no driver found: install one");
        }
    }

    public static final class ForAnotherVersion extends Fast {
        @Override
        public String name() {
            return "newer";
        }

        @Override
        public int spiVersion() {
            return 2;
        }

        @Override
        public Availability availability() {
            throw new AssertionError("a provider of another version is not asked");
        }
    }

    public static final class Careless extends Fast {
        @Override
        public String name() {
            return "careless";
        }

        @Override
        public Availability availability() {
            throw new UnsatisfiedLinkError("libcareless.so");
        }
    }

    public static final class Broken extends Fast {
        public Broken() {
            throw new IllegalStateException("broken");
        }
    }

    @Test
    void theBestAvailableOneIsTaken() throws IOException {
        classPath(ReferenceProvider.class, NoDriver.class, Fast.class);
        assertThat(Backends.report())
                .isEqualTo(
                        "gpu: not available: no driver found: install one\nfast: available\nreference: available; chosen only by name");
        try (var session = Session.open()) {
            assertThat(session.device()).startsWith("reference");
        }
    }

    @Test
    void withoutAnyTheArtifactsAreNamed() throws IOException {
        classPath();
        assertThatThrownBy(Session::open)
                .isInstanceOf(BackendException.class)
                .hasMessage("no backend can run this model; found on the class path: none" + ADVICE);
    }

    @Test
    void everyOneFoundSaysWhyNot() throws IOException {
        classPath(ReferenceProvider.class, ForAnotherVersion.class, NoDriver.class, Careless.class, Broken.class);
        assertThatThrownBy(Session::open)
                .isInstanceOf(BackendException.class)
                .hasMessageStartingWith("no backend can run this model; found on the class path:"
                        + "\n  gpu: not available: no driver found: install one"
                        + "\n  careless: not available: looking whether it can run failed: "
                        + "java.lang.UnsatisfiedLinkError: libcareless.so"
                        + "\n  newer: not available: built for SPI 2, this is SPI 1")
                .hasMessageContaining("\n  a provider that cannot be loaded: not available: ")
                .hasMessageContaining("\n  reference: available; chosen only by name")
                .hasMessageEndingWith(ADVICE);
    }

    @Test
    void oneAskedForByNameSaysWhyNot() throws IOException {
        classPath(NoDriver.class, Fast.class);
        assertThatThrownBy(() -> Session.open("gpu"))
                .isInstanceOf(BackendException.class)
                .hasMessage("backend 'gpu' is not available: no driver found: install one; found on the class path:"
                        + "\n  gpu: not available: no driver found: install one\n  fast: available" + ADVICE);
        classPath(ForAnotherVersion.class);
        assertThatThrownBy(() -> Session.open("newer"))
                .isInstanceOf(BackendException.class)
                .hasMessage("backend 'newer' is not available: built for SPI 2, this is SPI 1; found on the class path:"
                        + "\n  newer: not available: built for SPI 2, this is SPI 1" + ADVICE);
        classPath(NoDriver.class, Fast.class);
        assertThatThrownBy(() -> Session.open("tpu"))
                .hasMessageStartingWith(
                        "there is no backend named 'tpu'; found on the class path:\n  gpu: not available");
    }

    @Test
    void thePropertyChooses() throws IOException {
        classPath(Fast.class);
        System.setProperty(Backends.PROPERTY, "slow");
        try {
            assertThatThrownBy(Session::open)
                    .isInstanceOf(BackendException.class)
                    .hasMessage("there is no backend named 'slow', which the system property baton.backend asks for; "
                            + "found on the class path:\n  fast: available" + ADVICE);
            System.setProperty(Backends.PROPERTY, "fast");
            Session.open().close();
            System.setProperty(Backends.PROPERTY, "");
            Session.open().close();
            classPath(Fast.class, NoDriver.class);
            System.setProperty(Backends.PROPERTY, "gpu");
            assertThatThrownBy(Session::open)
                    .hasMessageStartingWith("backend 'gpu', which the system property baton.backend asks for, is not "
                            + "available: no driver found: install one; found on the class path:");
        } finally {
            System.clearProperty(Backends.PROPERTY);
        }
    }

    /** Notes in which order things are closed. */
    public static final class Noting extends Fast {
        static final List<String> CLOSED = new ArrayList<>();

        @Override
        public Backend open() {
            return noting(Backend.class, super.open(), "backend");
        }

        private static <T> T noting(Class<T> type, T target, String name) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                        if (method.getDeclaringClass() == Object.class) {
                            return method.getName().equals("equals")
                                    ? proxy == arguments[0]
                                    : System.identityHashCode(proxy);
                        }
                        if (method.getName().equals("close")) {
                            CLOSED.add(name);
                        }
                        Object result = method.invoke(target, arguments);
                        return result instanceof Plan plan ? noting(Plan.class, plan, "plan") : result;
                    }));
        }
    }

    @Test
    void noPlanOutlivesItsBackend() throws IOException {
        classPath(Noting.class);
        Session session = Session.open();
        var graph = new GraphBuilder();
        graph.output("one", new Emitter(graph).constant(NDArray.scalar(1)));
        var program = new Executable(session, "program", graph.build(), Opened.here("program"));
        program.run();
        session.close();
        program.close();
        assertThat(Noting.CLOSED).containsExactly("plan", "backend");
    }
}
