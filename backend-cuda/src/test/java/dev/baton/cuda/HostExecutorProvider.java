package dev.baton.cuda;

import dev.baton.core.CoreGroup;
import dev.baton.core.CoreLibrary;
import dev.baton.core.NativeCore;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;
import dev.baton.spi.Membership;
import java.util.List;

/** The CUDA core's host executor, the same sources compiled for the processor, as backend {@code cuda-host}. */
public final class HostExecutorProvider implements BackendProvider {

    static final String NAME = "cuda-host";

    private static final CoreLibrary LIBRARY =
            CoreLibrary.load(HostExecutorProvider.class, "libbaton-cuda-host.so", null, "baton-backend-cuda");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return -1;
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public Availability availability() {
        return LIBRARY.availability();
    }

    @Override
    public Backend open() {
        return open(null);
    }

    static Backend open(String products) {
        return new CudaBackend(NAME, LIBRARY.core(NAME), 1, products);
    }

    @Override
    public List<Backend> openTogether(int count) {
        return CoreGroup.open(
                LIBRARY.core(NAME), count, number -> new CudaBackend(NAME, LIBRARY.core(NAME), number + 1, null));
    }

    @Override
    public byte[] nameGroup() {
        return CoreGroup.name(LIBRARY.core(NAME));
    }

    @Override
    public Backend openMember(Membership membership) {
        NativeCore core = LIBRARY.core(NAME);
        return CoreGroup.member(core, new CudaBackend(NAME, core, membership.number() + 1, null), membership);
    }
}
