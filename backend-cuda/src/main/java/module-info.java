/** Trains and answers on NVIDIA GPUs; found as a service, nothing here is called by name. */
module dev.baton.cuda {
    requires dev.baton;
    requires dev.baton.core;

    uses dev.baton.core.NativePlatform;

    provides dev.baton.spi.BackendProvider with
            dev.baton.cuda.CudaProvider;
}
