package dev.baton.train;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Precision;
import dev.baton.graph.TensorType;
import dev.baton.runtime.Session;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;

/**
 * A model's variables as one block of bytes, to be sent to other machines: little-endian float32, the values of each in
 * row-major order, without names. First the learnt parameters in the order of their first use, then the statistics, then
 * the frozen parameters. A result of a step is a block of the same form that ends with the statistics.
 */
public final class FlatVariables {

    /** What Java can hold in one array, with some room for the headers of those who send it. */
    private static final int MOST_BYTES = Integer.MAX_VALUE - 1024;

    private final Session session;
    private final String layout;
    private final List<String> names = new ArrayList<>();
    private final List<NDArray> rooms = new ArrayList<>();
    private final int results;
    private final int resultBytes;
    private final int bytes;

    /**
     * @param variables of the step, in the session
     */
    FlatVariables(Session session, StepVariables variables) {
        this.session = session;
        var text = new StringBuilder();
        add("learnt", variables.learnt(), text);
        add("statistics", variables.statistics(), text);
        this.results = names.size();
        this.resultBytes = byteCount();
        add("frozen", variables.frozen(), text);
        this.bytes = byteCount();
        this.layout = text.toString();
    }

    private void add(String kind, List<String> variables, StringBuilder text) {
        text.append(kind).append(':');
        for (String name : variables) {
            TensorType type = session.type(name);
            names.add(name);
            rooms.add(NDArray.zeros(type.dtype(), type.shape()));
            text.append(' ').append(name).append(type.shape());
        }
        text.append('\n');
    }

    private int byteCount() {
        long count = rooms.stream()
                .mapToLong(room -> (long) room.size() * Float.BYTES)
                .sum();
        if (count > MOST_BYTES) {
            throw new BatonException("the model's variables take " + count + " bytes; a block that is sent holds at most "
                    + MOST_BYTES);
        }
        return (int) count;
    }

    /** The names and shapes of all variables, a line for each kind of them: equal where blocks fit. */
    public String layout() {
        return layout;
    }

    /** The length of a block of all variables. */
    public int bytes() {
        return bytes;
    }

    /** The length of a block of gradients and statistics, which is the first part of one of all variables. */
    public int resultBytes() {
        return resultBytes;
    }

    /** The seed of the session. */
    public long seed() {
        return session.seed();
    }

    /** The precision of the session. */
    public Precision precision() {
        return session.precision();
    }

    /** A block of all variables as they are in the session now. */
    public byte[] values() {
        var block = new byte[bytes];
        forEach(names.size(), (index, position) -> {
            session.read(names.get(index), rooms.get(index));
            floats(block, index, position).put(rooms.get(index).floats());
        });
        return block;
    }

    /**
     * Gives the session the variables of a block.
     *
     * @throws DataException if the block has another length or holds what is no finite number; nothing has changed
     */
    public void set(byte[] block) {
        requireLength(block, bytes);
        forEach(names.size(), (index, position) -> {
            NDArray room = rooms.get(index);
            room.floats().put(floats(block, index, position));
            int wrong = room.firstNotFinite();
            if (wrong >= 0) {
                throw new DataException("value " + wrong + " of '" + names.get(index) + "' in a block of weights is "
                        + room.get(wrong) + ", not a finite number");
            }
        });
        for (int i = 0; i < names.size(); i++) {
            session.set(names.get(i), rooms.get(i));
        }
    }

    /** Calls with an array for each gradient and statistic, which then holds that of the block, until the next call. */
    void results(byte[] block, ObjIntConsumer<NDArray> use) {
        requireLength(block, resultBytes);
        forEach(results, (index, position) -> {
            NDArray room = rooms.get(index);
            room.floats().put(floats(block, index, position));
            use.accept(room, index);
        });
    }

    /** A block of gradients and statistics, each of which the call has to fill into the array that it is given. */
    byte[] results(ObjIntConsumer<NDArray> fill) {
        var block = new byte[resultBytes];
        forEach(results, (index, position) -> {
            NDArray room = rooms.get(index);
            fill.accept(room, index);
            floats(block, index, position).put(room.floats());
        });
        return block;
    }

    private static void requireLength(byte[] block, int wanted) {
        if (block.length != wanted) {
            throw new DataException("a block of " + block.length + " bytes does not hold the model's " + wanted
                    + ": it is cut off, or of another model");
        }
    }

    private interface Place {
        void at(int index, int position);
    }

    /** Calls with the first variables and where in the block each begins. */
    private void forEach(int count, Place place) {
        int position = 0;
        for (int i = 0; i < count; i++) {
            place.at(i, position);
            position += rooms.get(i).size() * Float.BYTES;
        }
    }

    private FloatBuffer floats(byte[] block, int index, int position) {
        return ByteBuffer.wrap(block, position, rooms.get(index).size() * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }
}
