package dev.baton.cuda;

import java.util.List;

/**
 * What a machine shows of NVIDIA's driver.
 *
 * @param system operating system and architecture, as Java names them
 * @param library the path of the driver's library; empty where the loader would not find it
 * @param kernelDriver whether the kernel runs the driver
 * @param driverVersion such as {@code 580.65.06}; empty where it cannot be learnt
 * @param gpus a name for each GPU that the driver shows
 * @param forbidden a device file that this user may not open; empty where all may be opened
 */
record Machine(
        String system,
        String library,
        boolean kernelDriver,
        String driverVersion,
        List<String> gpus,
        String forbidden) {

    /** The only system that the kernels are meant for. */
    static final String SUPPORTED = "Linux amd64";

    /** The driver's library, by the name that programs ask for. */
    static final String LIBRARY = "libcuda.so.1";

    private static final String CONTAINER = "a container must be started with its GPUs (docker run --gpus all)";

    Machine {
        gpus = List.copyOf(gpus);
    }

    /**
     * Why {@code cuda} cannot run here, the first obstacle first, and what to do about it; empty where nothing is seen that
     * is in the way.
     *
     * @param kernels whether they were compiled when this was built
     */
    String whyNot(boolean kernels) {
        if (!system.equals(SUPPORTED)) {
            return "meant for Linux on x86-64, this is " + system;
        }
        if (library.isEmpty() && !kernelDriver) {
            return "no NVIDIA driver: the kernel runs none and " + LIBRARY + " is not on the library path; install it "
                    + "where there is an NVIDIA GPU; " + CONTAINER;
        }
        if (library.isEmpty()) {
            return "the kernel runs " + driver() + ", but " + LIBRARY + " is not on the library path; install the "
                    + "driver's libraries in the same version; " + CONTAINER;
        }
        if (!kernelDriver) {
            return "the kernel runs no NVIDIA driver, though its library is there (" + library + "); load it (modprobe "
                    + "nvidia), or restart the machine after installing it; " + CONTAINER;
        }
        if (gpus.isEmpty()) {
            return driver() + " shows no GPU; nvidia-smi says more; " + CONTAINER;
        }
        if (!forbidden.isEmpty()) {
            return "this user may not open " + forbidden + "; ask for the right to read and write it";
        }
        if (!kernels) {
            return "this build of baton-backend-cuda has no kernels (found " + String.join(", ", gpus) + " with "
                    + driver() + "): build it where there is nvcc, of NVIDIA's CUDA toolkit 13.0 or later";
        }
        return "";
    }

    private String driver() {
        return driverVersion.isEmpty() ? "NVIDIA's driver" : "NVIDIA's driver " + driverVersion;
    }
}
