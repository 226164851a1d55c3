/** The CUDA backend; found as a service, nothing here is called by name. */
module dev.baton.cuda {
    requires dev.baton;

    provides dev.baton.spi.BackendProvider with
            dev.baton.cuda.CudaProvider;
}
