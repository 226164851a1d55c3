package dev.baton.runtime;

import dev.baton.BackendException;
import dev.baton.spi.Availability;
import dev.baton.spi.BackendProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The backends that the class path or module path holds. */
public final class Backends {

    /** The system property that chooses a backend by name. */
    public static final String PROPERTY = "baton.backend";

    /** The environment variable that chooses a backend by name, where the property does not. */
    public static final String VARIABLE = "BATON_BACKEND";

    /** A provider and whether it can run; providers of another SPI version are not asked. */
    private record Found(String name, int priority, Availability availability, BackendProvider provider) {
        @Override
        public String toString() {
            boolean onlyByName = availability.available() && priority < 0;
            return name + ": " + availability + (onlyByName ? "; chosen only by name" : "");
        }
    }

    /**
     * The backend that somebody asks for.
     *
     * @param name its name
     * @param by what asks, for messages; empty where the program itself does
     */
    private record Wanted(String name, String by) {

        /** Null where nobody asks for one: an empty property or variable does not. */
        static Wanted find(String name) {
            String property = System.getProperty(PROPERTY, "");
            String variable = Objects.requireNonNullElse(System.getenv(VARIABLE), "");
            if (name != null) {
                return new Wanted(name, "");
            } else if (!property.isEmpty()) {
                return new Wanted(property, ", which the system property " + PROPERTY + " asks for");
            } else if (!variable.isEmpty()) {
                return new Wanted(variable, ", which the environment variable " + VARIABLE + " asks for");
            }
            return null;
        }

        @Override
        public String toString() {
            return "'" + name + "'" + by;
        }
    }

    private Backends() {}

    /** One line for each backend found: its name, and whether it is available or why not. */
    public static String report() {
        return find().stream().map(Found::toString).collect(Collectors.joining("\n"));
    }

    /**
     * Chooses a backend.
     *
     * @param name its name; null for the one that {@link #PROPERTY} or {@link #VARIABLE} names, or else the available
     *     one of the highest priority
     * @throws BackendException if there is none, with every one found and the reason why it is not available
     */
    static BackendProvider choose(String name) {
        Wanted wanted = Wanted.find(name);
        List<Found> found = find();
        if (wanted != null) {
            Found chosen = found.stream()
                    .filter(candidate -> candidate.name().equals(wanted.name()))
                    .findFirst()
                    .orElseThrow(() -> new BackendException("there is no backend named " + wanted + list(found)));
            if (!chosen.availability().available()) {
                throw new BackendException("backend " + wanted + (wanted.by().isEmpty() ? " is " : ", is ")
                        + chosen.availability() + list(found));
            }
            return chosen.provider();
        }
        return found.stream()
                .filter(candidate -> candidate.availability().available() && candidate.priority() >= 0)
                .findFirst()
                .orElseThrow(() -> new BackendException("no backend can run this model" + list(found)))
                .provider();
    }

    private static String list(List<Found> found) {
        String lines = found.stream().map(one -> "\n  " + one).collect(Collectors.joining());
        return "; found on the class path:" + (lines.isEmpty() ? " none" : lines)
                + "\nadd dev.baton:baton-backend-cpu or dev.baton:baton-backend-cuda, in the version of baton-api";
    }

    private static List<Found> find() {
        var found = new ArrayList<Found>();
        var iterator = ServiceLoader.load(BackendProvider.class).iterator();
        while (true) {
            try {
                if (!iterator.hasNext()) {
                    break;
                }
                found.add(ask(iterator.next()));
            } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
                found.add(new Found("a provider that cannot be loaded", -1, Availability.no(e.toString()), null));
            }
        }
        found.sort(Comparator.comparingInt(Found::priority).reversed().thenComparing(Found::name));
        return found;
    }

    private static Found ask(BackendProvider provider) {
        int version = provider.spiVersion();
        Availability availability = version == BackendProvider.SPI_VERSION
                ? availability(provider)
                : Availability.no("built for SPI " + version + ", this is SPI " + BackendProvider.SPI_VERSION);
        return new Found(provider.name(), provider.priority(), availability, provider);
    }

    /** A provider that breaks its promise to throw nothing must not hide the others. */
    private static Availability availability(BackendProvider provider) {
        try {
            return provider.availability();
        } catch (RuntimeException | LinkageError e) {
            return Availability.no("looking whether it can run failed: " + e);
        }
    }
}
