package dev.baton.onnx.write;

import com.google.protobuf.ByteString;
import dev.baton.DType;
import dev.baton.Dim;
import dev.baton.NDArray;
import dev.baton.graph.TensorType;
import dev.baton.onnx.format.ShapeDef;
import dev.baton.onnx.format.TensorDef;
import dev.baton.onnx.format.TypeDef;
import dev.baton.onnx.format.ValueDef;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Types and arrays in the form of the file. */
final class Types {

    private Types() {}

    /** The format's number of an element type. */
    static int number(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> 1;
            case INT8 -> 3;
            case INT32 -> 6;
            case INT64 -> 7;
            case BOOL -> 9;
            case FLOAT64 -> 11;
        };
    }

    /** An input or output; dimensions with symbols have them as a name. */
    static ValueDef declared(String name, TensorType type) {
        var shape = ShapeDef.newBuilder();
        for (Dim dim : type.shape().dims()) {
            var one = shape.addDimensionBuilder();
            if (dim.isFixed()) {
                one.setSize(dim.size());
            } else {
                one.setSymbol(dim.toString());
            }
        }
        var tensor = TypeDef.TensorType.newBuilder()
                .setElementType(number(type.dtype()))
                .setShape(shape);
        return ValueDef.newBuilder()
                .setName(name)
                .setType(TypeDef.newBuilder().setTensor(tensor))
                .build();
    }

    /** An array. */
    static TensorDef tensor(String name, NDArray array) {
        var tensor = TensorDef.newBuilder()
                .setElementType(number(array.dtype()))
                .addAllSize(Arrays.stream(array.shape().toArray()).boxed().toList())
                .setRawData(bytes(array));
        if (!name.isEmpty()) {
            tensor.setName(name);
        }
        return tensor.build();
    }

    /** The values in little-endian order, as files have them. */
    static ByteString bytes(NDArray array) {
        ByteBuffer own = array.bytes();
        if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN || array.dtype().bytes() == 1) {
            return ByteString.copyFrom(own);
        }
        ByteBuffer turned = ByteBuffer.allocate(own.remaining());
        while (own.hasRemaining()) {
            if (array.dtype().bytes() == 4) {
                turned.putInt(Integer.reverseBytes(own.getInt()));
            } else {
                turned.putLong(Long.reverseBytes(own.getLong()));
            }
        }
        return ByteString.copyFrom(turned.flip());
    }
}
