package dev.baton.cpu;

import dev.baton.BackendException;
import dev.baton.core.CoreGroup;
import dev.baton.core.NativeCore;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.BackendProvider;
import dev.baton.spi.Membership;
import java.util.List;

/** Offers the processor as backend {@code cpu}. */
public final class CpuProvider implements BackendProvider {

    /** The system property with the number of threads; one for each processor where it is not set. */
    public static final String THREADS = "baton.threads";

    /** The environment variable that forces an instruction set: {@code baseline}, {@code avx2}, {@code avx512} or {@code amx}; {@code neon} on ARM. */
    public static final String INSTRUCTION_SET = "BATON_ISA";

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int priority() {
        return 10;
    }

    @Override
    public int spiVersion() {
        return 1;
    }

    @Override
    public Availability availability() {
        return CpuLibrary.load().availability();
    }

    @Override
    public Backend open() {
        return open(core(), threads());
    }

    /** Each device has its part of the threads, one at least. */
    @Override
    public List<Backend> openTogether(int count) {
        NativeCore core = core();
        int threads = threads();
        return CoreGroup.open(
                core,
                count,
                number -> open(core, Math.max(1, threads * (number + 1) / count - threads * number / count)));
    }

    @Override
    public byte[] nameGroup() {
        return CoreGroup.name(core());
    }

    /** All members are in the process that gave the group its name; each has all of the threads. */
    @Override
    public Backend openMember(Membership membership) {
        NativeCore core = core();
        return CoreGroup.member(core, open(core, threads()), membership);
    }

    private static CpuBackend open(NativeCore core, int threads) {
        // The property is for tests, which cannot change their environment.
        return new CpuBackend(core, threads, System.getProperty("baton.isa", System.getenv(INSTRUCTION_SET)));
    }

    private NativeCore core() {
        return CpuLibrary.load().core(name());
    }

    private static int threads() {
        String wanted = System.getProperty(THREADS);
        if (wanted == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            return Integer.parseInt(wanted);
        } catch (NumberFormatException e) {
            throw new BackendException("-D" + THREADS + " is a number of threads, not '" + wanted + "'", e);
        }
    }
}
