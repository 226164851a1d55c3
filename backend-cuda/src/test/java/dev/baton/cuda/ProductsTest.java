package dev.baton.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.BackendException;
import dev.baton.spi.Backend;
import org.junit.jupiter.api.Test;

/** Whose matrix products a backend has. */
class ProductsTest {

    @Test
    void theDeviceSaysIt() {
        assertThat(device(null)).isEqualTo("cuda-host: host executor, matrix products by cuBLASLt");
        assertThat(device("host+cublaslt")).isEqualTo(device(null));
        assertThat(device("host+cublaslt+tf32")).isEqualTo(device(null) + " in TF32");
        assertThat(device("host")).isEqualTo("cuda-host: host executor, matrix products by Baton's own kernels");
    }

    @Test
    void othersAreRefused() {
        assertThatThrownBy(() -> HostExecutorProvider.open("avx2"))
                .isInstanceOf(BackendException.class)
                .hasMessage(
                        "cuda-host: there are no products 'avx2': known are host, host+cublaslt and host+cublaslt+tf32");
    }

    private static String device(String products) {
        try (Backend backend = HostExecutorProvider.open(products)) {
            return backend.device();
        }
    }
}
