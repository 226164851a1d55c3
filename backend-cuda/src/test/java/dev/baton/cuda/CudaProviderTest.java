package dev.baton.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BackendException;
import dev.baton.runtime.Backends;
import dev.baton.runtime.Session;
import dev.baton.spi.BackendProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** Whatever this machine has: the provider is found, says why it cannot run, and is the first of the list. */
class CudaProviderTest {

    private final BackendProvider provider = new CudaProvider();

    @Test
    void isFound() {
        assertThat(ServiceLoader.load(BackendProvider.class)).anyMatch(CudaProvider.class::isInstance);
        assertThat(provider.spiVersion()).isEqualTo(BackendProvider.SPI_VERSION);
    }

    @Test
    void saysWhyItCannotRun() {
        assertThat(provider.availability().available()).isFalse();
        assertThat(provider.availability().reason())
                .isEqualTo(MachineReader.thisMachine().whyNot())
                .isNotBlank();
        assertThatThrownBy(provider::open)
                .isInstanceOf(BackendException.class)
                .hasMessage("cuda: " + provider.availability().reason());
    }

    @Test
    void isTheFirstOfTheReport() {
        assertThat(Backends.report())
                .isEqualTo("cuda: not available: " + provider.availability().reason()
                        + "\nreference: available; chosen only by name");
    }

    @Test
    void askedForByNameItSaysWhyNot() {
        assertThatThrownBy(() -> Session.open("cuda"))
                .isInstanceOf(BackendException.class)
                .hasMessageStartingWith("backend 'cuda' is not available: "
                        + provider.availability().reason());
    }
}
