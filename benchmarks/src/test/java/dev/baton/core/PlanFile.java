package dev.baton.core;

import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.program.Program;
import dev.baton.spi.DeviceBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * A plan with all that it runs on, for benchmarks/native/replay.cpp: in 64-bit words the number of the plan's words, the
 * number of its memory spaces, their sizes in bytes and the plan; then what is in the variables, in the constants and in
 * each input.
 */
final class PlanFile {

    private PlanFile() {}

    static void write(Path file, NativeCore core, Program program, DeviceBuffer variables, NDArray[] inputs) {
        Program.Memory memory = program.memory();
        long[] plan = new Encoder(core, program).encode();
        long[] sizes = LongStream.concat(
                        LongStream.of(memory.workspace(), variables.bytes(), memory.constants(), memory.outputs()),
                        Arrays.stream(inputs).mapToLong(input -> input.bytes().remaining()))
                .toArray();
        NDArray values = NDArray.zeros(DType.BOOL, Shape.of(variables.bytes()));
        variables.download(0, values.bytes());
        try (var out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            write(out, words(plan.length, sizes.length));
            write(out, words(sizes));
            write(out, words(plan));
            write(out, values.bytes());
            write(out, constants(program));
            for (NDArray input : inputs) {
                write(out, input.bytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the plan to " + file + ": " + e.getMessage(), e);
        }
    }

    /** The constants as they lie in the plan's memory. */
    private static ByteBuffer constants(Program program) {
        ByteBuffer constants = NDArray.zeros(
                        DType.BOOL, Shape.of(program.memory().constants()))
                .bytes();
        int offset = 0;
        for (NDArray constant : program.constants()) {
            constants.put(offset, constant.bytes(), 0, constant.bytes().remaining());
            offset += (int) Program.aligned(constant.bytes().remaining());
        }
        return constants;
    }

    private static ByteBuffer words(long... words) {
        return NDArray.of(Shape.of(words.length), words).bytes();
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
