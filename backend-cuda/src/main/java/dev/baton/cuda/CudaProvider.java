package dev.baton.cuda;

import dev.baton.BackendException;
import dev.baton.core.CoreGroup;
import dev.baton.core.CoreLibrary;
import dev.baton.core.NativeCore;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;
import dev.baton.spi.Membership;
import java.util.List;

/**
 * Offers NVIDIA GPUs as backend {@code cuda}. Where the driver's files show that there is none, it says so without loading
 * native code.
 */
public final class CudaProvider implements BackendProvider {

    /**
     * The system property with the GPU's number, from 0 on; the first one where it is not set. Those that train together
     * are this one and the next ones.
     */
    public static final String GPU = "baton.gpu";

    /**
     * The system property that says whose matrix products a GPU computes: {@code cuda} for Baton's own kernels, {@code
     * cuda+cublaslt} for NVIDIA's cuBLASLt, {@code cuda+cublaslt+tf32} for the same with factors of float32 of which matrix
     * units read 10 bits of the mantissa, so that each product is off by up to 2^-10 of itself. Where it is not set, they are
     * cuBLASLt's of float32 if it is on the library path ({@code libcublasLt.so.13}), and else our own.
     */
    public static final String PRODUCTS = "baton.gpu.products";

    private static final String KERNELS = "libbaton-cuda.so";

    private static CoreLibrary loaded;

    private static synchronized CoreLibrary load() {
        if (loaded == null) {
            loaded = CoreLibrary.load(CudaProvider.class, KERNELS, null, "baton-backend-cuda");
        }
        return loaded;
    }

    @Override
    public String name() {
        return "cuda";
    }

    /** Above the processor: where both can run, the GPU is what the user wants. */
    @Override
    public int priority() {
        return 20;
    }

    @Override
    public int spiVersion() {
        return 1;
    }

    @Override
    public Availability availability() {
        String obstacle = MachineReader.thisMachine().whyNot(hasKernels());
        return obstacle.isEmpty() ? load().availability() : Availability.no(obstacle);
    }

    /** Whether the kernels were compiled when this was built. */
    static boolean hasKernels() {
        return CudaProvider.class.getResource("linux-x86_64/" + KERNELS) != null;
    }

    @Override
    public Backend open() {
        return backend(core(), gpu());
    }

    @Override
    public List<Backend> openTogether(int count) {
        NativeCore core = core();
        int first = gpu();
        return CoreGroup.open(core, count, number -> backend(core, first + number));
    }

    @Override
    public byte[] nameGroup() {
        return CoreGroup.name(core());
    }

    @Override
    public Backend openMember(Membership membership) {
        NativeCore core = core();
        int number = membership.device() < 0 ? gpu() : membership.device() + 1;
        return CoreGroup.member(core, backend(core, number), membership);
    }

    private CudaBackend backend(NativeCore core, int number) {
        return new CudaBackend(name(), core, number, System.getProperty(PRODUCTS));
    }

    private NativeCore core() {
        Availability availability = availability();
        if (!availability.available()) {
            throw new BackendException("cuda: " + availability.reason());
        }
        return load().core(name());
    }

    private static int gpu() {
        String wanted = System.getProperty(GPU, "0");
        try {
            return Math.addExact(Integer.parseInt(wanted), 1);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new BackendException("-D" + GPU + " is the number of a GPU, from 0 on, not '" + wanted + "'", e);
        }
    }
}
