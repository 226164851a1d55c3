package dev.baton.reference;

import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.graph.Graph;
import dev.baton.graph.Node;
import dev.baton.graph.TensorType;
import dev.baton.graph.Value;
import dev.baton.program.Program;
import dev.baton.spi.Availability;
import dev.baton.spi.Backend;
import dev.baton.spi.DeviceBuffer;
import dev.baton.spi.Plan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.UnaryOperator;

/** The reference interpreter as a backend: every operation, no speed. */
final class ReferenceBackend implements Backend {

    private final Exchange exchange;
    private final int number;

    /** One device alone. */
    ReferenceBackend() {
        this(null, 0);
    }

    /**
     * One of the devices that train together.
     *
     * @param exchange where they meet; null for a device alone
     * @param number among them
     */
    ReferenceBackend(Exchange exchange, int number) {
        this.exchange = exchange;
        this.number = number;
    }

    @Override
    public String device() {
        return "reference: plain Java, one thread; for checking, not for speed";
    }

    @Override
    public Availability offers(Precision precision) {
        return Availability.yes();
    }

    @Override
    public boolean supports(Node node) {
        return true;
    }

    @Override
    public DeviceBuffer allocate() {
        return new HeapBuffer();
    }

    @Override
    public Plan compile(Program program, DeviceBuffer variables, DeviceBuffer workspace) {
        return new InterpretedPlan(
                program,
                variables,
                exchange == null ? UnaryOperator.identity() : values -> exchange.sum(number, values));
    }

    @Override
    public void leave() {
        if (exchange != null) {
            exchange.leave();
        }
    }

    @Override
    public void close() {
        leave();
    }

    private static final class HeapBuffer implements DeviceBuffer {

        private ByteBuffer memory = ByteBuffer.allocate(0);

        @Override
        public long bytes() {
            return memory.capacity();
        }

        @Override
        public void grow(long bytes) {
            if (bytes > memory.capacity()) {
                memory = ByteBuffer.allocate(Math.toIntExact(bytes)).put(memory.clear());
            }
        }

        @Override
        public void upload(long offset, ByteBuffer source) {
            memory.put((int) offset, source, source.position(), source.remaining());
        }

        @Override
        public void download(long offset, ByteBuffer target) {
            target.put(memory.slice((int) offset, target.remaining()));
        }

        @Override
        public void close() {}
    }

    private static final class InterpretedPlan implements Plan {

        private final Program program;
        private final DeviceBuffer variables;
        private final UnaryOperator<List<double[]>> overAllDevices;
        private List<double[]> outputs = List.of();

        InterpretedPlan(Program program, DeviceBuffer variables, UnaryOperator<List<double[]>> overAllDevices) {
            this.program = program;
            this.variables = variables;
            this.overAllDevices = overAllDevices;
        }

        @Override
        public void run(NDArray[] inputs) {
            Graph graph = program.graph();
            var given = new HashMap<String, double[]>();
            var names = new ArrayList<>(graph.inputs().keySet());
            for (int i = 0; i < inputs.length; i++) {
                given.put(names.get(i), inputs[i].toDoubleArray());
            }
            var stored = new HashMap<String, double[]>();
            graph.variables().forEach((name, value) -> stored.put(name, load(name, value.type())));
            var result = new Interpreter(graph, Interpreter.Precision.FLOAT, overAllDevices).run(given, stored);
            result.assignments()
                    .forEach((name, values) -> store(name, graph.assignments().get(name), values));
            outputs = new ArrayList<>(result.outputs().values());
        }

        private double[] load(String name, TensorType type) {
            NDArray array = NDArray.zeros(type.dtype(), type.shape());
            variables.download(program.variableOffsets().get(name), array.bytes());
            return array.toDoubleArray();
        }

        private void store(String name, Value value, double[] values) {
            NDArray array = NDArray.zeros(value.dtype(), value.shape());
            fill(array, values);
            variables.upload(program.variableOffsets().get(name), array.bytes().order(ByteOrder.nativeOrder()));
        }

        private static void fill(NDArray array, double[] values) {
            for (int i = 0; i < values.length; i++) {
                array.set(i, values[i]);
            }
        }

        @Override
        public void read(int output, NDArray target) {
            fill(target, outputs.get(output));
        }

        @Override
        public String explain() {
            return "interpreted node by node, in plain Java:\n" + program.graph();
        }

        @Override
        public void close() {}
    }
}
