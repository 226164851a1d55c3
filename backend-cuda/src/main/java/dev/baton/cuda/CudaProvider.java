package dev.baton.cuda;

import dev.baton.BackendException;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;

/**
 * Offers NVIDIA GPUs as backend {@code cuda}. It has no kernels yet and so is never available; it says what is missing
 * on this machine, from files alone: no native code is loaded and no process is started.
 */
public final class CudaProvider implements BackendProvider {

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
        return Availability.no(MachineReader.thisMachine().whyNot());
    }

    @Override
    public Backend open() {
        throw new BackendException("cuda: " + availability().reason());
    }
}
