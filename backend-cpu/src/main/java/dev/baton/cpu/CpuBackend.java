package dev.baton.cpu;

import dev.baton.BackendException;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.Shape;
import dev.baton.StateException;
import dev.baton.cpu.core.NativeCore;
import dev.baton.graph.Composite;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.program.Program;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.DeviceBuffer;
import dev.baton.spi.Plan;
import java.util.stream.Stream;

/** The processor. Its threads live as long as it is open. */
final class CpuBackend implements Backend {

    private final NativeCore.BackendHandle handle = new NativeCore.BackendHandle();
    private final String device;
    private boolean closed;

    /**
     * @param instructionSet {@code baseline}, {@code avx2} or {@code avx512}; null for the best one
     */
    CpuBackend(int threads, String instructionSet) {
        check(NativeCore.baton_backend_open(threads, instructionSet == null ? "" : instructionSet, handle));
        device = "cpu: " + NativeCore.baton_processor() + ", " + threads + (threads == 1 ? " thread, " : " threads, ")
                + NativeCore.baton_backend_isa(handle)
                + (NativeCore.baton_backend_has_own_products(handle) == 1 ? ", own products and " : ", ")
                + "OpenBLAS for " + NativeCore.baton_openblas_core();
    }

    /** Turns a status into an exception with the native core's own words. */
    static void check(int status) {
        if (status != 0) {
            throw new BackendException("cpu: " + NativeCore.baton_last_error());
        }
    }

    NativeCore.BackendHandle handle() {
        return handle;
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public boolean supports(Node node) {
        if (node.operation() instanceof Composite composite
                && !(composite.isElementwise() ? Encoder.knows(composite) : WholeEncoder.knows(composite))) {
            return false;
        }
        if (node.attributes().flag(Primitive.BFLOAT16) && !hasBfloat16()) {
            return false;
        }
        return Stream.concat(node.inputTypes().stream(), node.outputs().stream())
                .map(TensorType::dtype)
                .noneMatch(dtype -> dtype == DType.FLOAT64);
    }

    @Override
    public Availability offers(Precision precision) {
        return precision == Precision.FLOAT32 || hasBfloat16()
                ? Availability.yes()
                : Availability.no(
                        "they need a processor with AVX512-BF16 and its instruction set avx512; this is " + device);
    }

    private boolean hasBfloat16() {
        return NativeCore.baton_backend_has_bfloat16(handle) != 0;
    }

    @Override
    public long scratch(Node node) {
        int opcode = PictureWords.convolutionOpcode(node);
        if (opcode == 0) {
            return WholeEncoder.scratch(node);
        }
        long[] words = PictureWords.geometry(node);
        NDArray geometry = NDArray.of(Shape.of(words.length), words);
        NDArray bytes = NDArray.zeros(DType.INT64, Shape.scalar());
        check(NativeCore.baton_convolution_scratch(
                handle, geometry.bytes().asLongBuffer(), opcode, bytes.bytes().asLongBuffer()));
        return bytes.bytes().asLongBuffer().get(0);
    }

    @Override
    public String method(Node node) {
        return PictureWords.byWinograd(node) ? "Winograd's method" : "";
    }

    @Override
    public DeviceBuffer allocate() {
        return new CpuBuffer();
    }

    @Override
    public Plan compile(Program program, DeviceBuffer variables, DeviceBuffer workspace) {
        if (closed) {
            throw new StateException("the backend is closed");
        }
        return new CpuPlan(this, program, (CpuBuffer) variables, (CpuBuffer) workspace);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            NativeCore.baton_backend_close(handle);
        }
    }
}
