package dev.baton.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.baton.BackendException;
import dev.baton.runtime.Backends;
import dev.baton.runtime.Session;
import dev.baton.spi.BackendProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Whatever this machine has: the provider is found, and is the first of the list. */
class CudaProviderTest {

    private final BackendProvider provider = new CudaProvider();

    @Test
    void isFound() {
        assertThat(ServiceLoader.load(BackendProvider.class)).anyMatch(CudaProvider.class::isInstance);
        assertThat(provider.spiVersion()).isEqualTo(BackendProvider.SPI_VERSION);
    }

    @Test
    void isTheFirstOfTheReport() {
        assertThat(Backends.report()).startsWith("cuda: ");
    }

    @Nested
    class WithoutGpu {

        private String reason;

        @BeforeEach
        void why() {
            assumeFalse(provider.availability().available(), "there is a GPU");
            reason = provider.availability().reason();
        }

        @Test
        void saysWhyItCannotRun() {
            assertThat(reason).isNotBlank();
            assertThatThrownBy(provider::open)
                    .isInstanceOf(BackendException.class)
                    .hasMessage("cuda: " + reason);
        }

        @Test
        void theReportSaysIt() {
            assertThat(Backends.report()).startsWith("cuda: not available: " + reason + "\n");
        }

        @Test
        void askedForByNameItSaysWhyNot() {
            assertThatThrownBy(() -> Session.open("cuda"))
                    .isInstanceOf(BackendException.class)
                    .hasMessageStartingWith("backend 'cuda' is not available: " + reason);
        }
    }
}
