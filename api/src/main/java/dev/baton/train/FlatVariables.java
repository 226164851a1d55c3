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
 * row-major order, without names. First the learnt parameters in the order of their first use, then the statistics, then,
 * where the whole update is made elsewhere, what the optimizer keeps, then the frozen parameters. A result of a step is a
 * block of the same form that ends before the frozen parameters.
 */
public final class FlatVariables {

    /** What Java can hold in one array, with some room for the headers of those who send it. */
    private static final int MOST_BYTES = Integer.MAX_VALUE - 1024;

    private final Session session;
    private final List<String> names = new ArrayList<>();
    /** An array for each variable, used again and again, and where it begins in a block. */
    private final List<NDArray> rooms = new ArrayList<>();

    private final List<Integer> positions = new ArrayList<>();
    private final String layout;
    private final int learnt;
    private final int results;
    private final int resultBytes;
    private int bytes;

    private FlatVariables(Session session, StepVariables variables, boolean withMoments) {
        this.session = session;
        String learntOnes = add("learnt", variables.learnt());
        this.learnt = names.size();
        String statistics = add("statistics", variables.statistics());
        String moments = withMoments ? add("optimizer", variables.moments()) : "";
        this.results = names.size();
        this.resultBytes = bytes;
        this.layout = learntOnes + statistics + moments + add("frozen", variables.frozen());
    }

    /**
     * Without what the optimizer keeps.
     *
     * @param variables of the step, in the session
     */
    static FlatVariables of(Session session, StepVariables variables) {
        return new FlatVariables(session, variables, false);
    }

    /** With what the optimizer keeps: all that a step changes is a result. */
    static FlatVariables withMoments(Session session, StepVariables variables) {
        return new FlatVariables(session, variables, true);
    }

    /** Lays some more variables out, and gives their part of {@link #layout}. */
    private String add(String kind, List<String> variables) {
        var text = new StringBuilder(kind).append(':');
        for (String name : variables) {
            TensorType type = session.type(name);
            if (bytes + type.bytes() > MOST_BYTES) {
                throw new BatonException(
                        "the model's variables, with what the optimizer keeps where that is sent too, do not fit into a block of "
                                + MOST_BYTES + " bytes, which is the most that is sent at once");
            }
            names.add(name);
            rooms.add(NDArray.zeros(type.dtype(), type.shape()));
            positions.add(bytes);
            bytes += (int) type.bytes();
            text.append(' ').append(name).append(type.shape().toString().replace(" ", ""));
        }
        return text.append('\n').toString();
    }

    /** The names and shapes of all variables, a line for each kind of them: equal where blocks fit. */
    public String layout() {
        return layout;
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
        return block(bytes, names.size(), (room, index) -> session.read(names.get(index), room));
    }

    /**
     * Gives the session the variables of a block.
     *
     * @throws DataException if the block has another length or holds what is no finite number; nothing has changed
     */
    public void set(byte[] block) {
        requireLength(block, bytes);
        for (int i = 0; i < rooms.size(); i++) {
            int wrong = room(block, i).firstNotFinite();
            if (wrong >= 0) {
                throw new DataException("value " + wrong + " of '" + names.get(i) + "' in a block of weights is "
                        + rooms.get(i).get(wrong) + ", not a finite number");
            }
        }
        for (int i = 0; i < rooms.size(); i++) {
            session.set(names.get(i), rooms.get(i));
        }
    }

    /** A block of the results as they are in the session now. */
    byte[] newValues() {
        return results((room, index) -> session.read(names.get(index), room));
    }

    /** Hands out an array for each result of a block, the same ones with every call. */
    void results(byte[] block, ObjIntConsumer<NDArray> use) {
        requireLength(block, resultBytes);
        for (int i = 0; i < results; i++) {
            use.accept(room(block, i), i);
        }
    }

    /** A block of results, each of which is to be filled into the array that is handed out for it. */
    byte[] results(ObjIntConsumer<NDArray> fill) {
        return block(resultBytes, results, fill);
    }

    /** A block of how far each learnt parameter moved down from what it was in a block, and of statistics; all weighted. */
    byte[] change(byte[] before, double share) {
        requireLength(before, bytes);
        return results((room, index) -> {
            session.read(names.get(index), room);
            if (index < learnt) {
                FloatBuffer now = room.floats();
                FloatBuffer was = floats(before, index);
                for (int i = 0; i < now.capacity(); i++) {
                    now.put(i, was.get(i) - now.get(i));
                }
            }
            scale(room, share);
        });
    }

    static void scale(NDArray array, double factor) {
        FloatBuffer floats = array.floats();
        for (int i = 0; i < floats.capacity(); i++) {
            floats.put(i, (float) (floats.get(i) * factor));
        }
    }

    private static void requireLength(byte[] block, int wanted) {
        if (block.length != wanted) {
            throw new DataException("a block of " + block.length + " bytes does not hold the model's " + wanted
                    + ": it is cut off, or of another model");
        }
    }

    private byte[] block(int length, int count, ObjIntConsumer<NDArray> fill) {
        var block = new byte[length];
        for (int i = 0; i < count; i++) {
            NDArray room = rooms.get(i);
            fill.accept(room, i);
            floats(block, i).put(room.floats());
        }
        return block;
    }

    /** The array of a variable, filled from a block. */
    private NDArray room(byte[] block, int index) {
        NDArray room = rooms.get(index);
        room.floats().put(floats(block, index));
        return room;
    }

    private FloatBuffer floats(byte[] block, int index) {
        return ByteBuffer.wrap(block, positions.get(index), rooms.get(index).size() * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }
}
