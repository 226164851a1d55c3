package dev.baton.onnx.write;

import com.google.protobuf.ByteString;
import dev.baton.onnx.format.AttributeDef;
import java.util.Arrays;

/** Attributes of nodes in a file. */
final class AttributeDefs {

    /** The numbers of the kinds of attributes. */
    static final int NUMBER = 1;

    static final int INTEGER = 2;
    static final int TEXT = 3;
    static final int TENSOR = 4;
    static final int INTEGERS = 7;

    private AttributeDefs() {}

    private static AttributeDef.Builder named(String name, int kind) {
        return AttributeDef.newBuilder().setName(name).setKind(kind);
    }

    static AttributeDef integer(String name, long value) {
        return named(name, INTEGER).setInteger(value).build();
    }

    static AttributeDef number(String name, double value) {
        return named(name, NUMBER).setNumber((float) value).build();
    }

    static AttributeDef text(String name, String value) {
        return named(name, TEXT).setText(ByteString.copyFromUtf8(value)).build();
    }

    static AttributeDef integers(String name, long... values) {
        return named(name, INTEGERS)
                .addAllIntegers(Arrays.stream(values).boxed().toList())
                .build();
    }
}
