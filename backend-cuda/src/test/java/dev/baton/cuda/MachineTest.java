package dev.baton.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Every obstacle is said in words, with what to do about it. */
class MachineTest {

    private static final String LIBRARY = "/usr/lib/x86_64-linux-gnu/libcuda.so.1";
    private static final String IN_A_CONTAINER = "; a container must be started with its GPUs (docker run --gpus all)";

    private static String whyNot(
            String library, boolean kernelDriver, String version, List<String> gpus, String forbidden) {
        return new Machine("Linux amd64", library, kernelDriver, version, gpus, forbidden).whyNot(true);
    }

    @Test
    void anotherSystem() {
        assertThat(new Machine("Mac OS X aarch64", "", false, "", List.of(), "").whyNot(true))
                .isEqualTo("meant for Linux on x86-64, this is Mac OS X aarch64");
    }

    @Test
    void noDriver() {
        assertThat(whyNot("", false, "", List.of(), ""))
                .isEqualTo("no NVIDIA driver: the kernel runs none and libcuda.so.1 is not on the library path; "
                        + "install it where there is an NVIDIA GPU" + IN_A_CONTAINER);
    }

    @Test
    void noLibrary() {
        assertThat(whyNot("", true, "580.65.06", List.of("NVIDIA L4"), ""))
                .isEqualTo("the kernel runs NVIDIA's driver 580.65.06, but libcuda.so.1 is not on the library path; "
                        + "install the driver's libraries in the same version" + IN_A_CONTAINER);
    }

    @Test
    void driverNotLoaded() {
        assertThat(whyNot(LIBRARY, false, "", List.of(), ""))
                .isEqualTo("the kernel runs no NVIDIA driver, though its library is there (" + LIBRARY + "); load it "
                        + "(modprobe nvidia), or restart the machine after installing it" + IN_A_CONTAINER);
    }

    @Test
    void noGpu() {
        assertThat(whyNot(LIBRARY, true, "", List.of(), ""))
                .isEqualTo("NVIDIA's driver shows no GPU; nvidia-smi says more" + IN_A_CONTAINER);
    }

    @Test
    void notAllowed() {
        assertThat(whyNot(LIBRARY, true, "580.65.06", List.of("NVIDIA L4"), "/dev/nvidiactl"))
                .isEqualTo("this user may not open /dev/nvidiactl; ask for the right to read and write it");
    }

    @Test
    void noKernels() {
        var machine = new Machine("Linux amd64", LIBRARY, true, "580.65.06", List.of("NVIDIA L4", "NVIDIA L4"), "");
        assertThat(machine.whyNot(false))
                .isEqualTo("this build of baton-backend-cuda has no kernels (found NVIDIA L4, NVIDIA L4 with NVIDIA's "
                        + "driver 580.65.06): build it where there is nvcc, of NVIDIA's CUDA toolkit 13.0 or later");
    }

    @Test
    void nothingInTheWay() {
        assertThat(whyNot(LIBRARY, true, "580.65.06", List.of("NVIDIA L4"), "")).isEmpty();
    }
}
