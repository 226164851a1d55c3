/** Trains and answers on the processor; found as a service, nothing here is called by name. */
module dev.baton.cpu {
    requires dev.baton;
    requires dev.baton.core;

    uses dev.baton.core.NativePlatform;

    provides dev.baton.spi.BackendProvider with
            dev.baton.cpu.CpuProvider;
}
