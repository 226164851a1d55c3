package dev.baton.spi;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A class path that offers some backends and no others, for the thread that makes it and until it is closed. */
public final class OfferedProviders implements AutoCloseable {

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    /**
     * @param folder for a file of the providers' names
     */
    public OfferedProviders(Path folder, Class<?>... providers) throws IOException {
        Path services = Files.writeString(
                folder.resolve("services"),
                Stream.of(providers).map(Class::getName).collect(Collectors.joining("\n")));
        Thread.currentThread().setContextClassLoader(new ClassLoader(before) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                return name.equals("META-INF/services/" + BackendProvider.class.getName())
                        ? Collections.enumeration(List.of(services.toUri().toURL()))
                        : super.getResources(name);
            }
        });
    }

    @Override
    public void close() {
        Thread.currentThread().setContextClassLoader(before);
    }
}
