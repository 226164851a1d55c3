package dev.baton.onnx.read;

import com.google.protobuf.ByteString;
import dev.baton.DType;
import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import dev.baton.ShapeException;
import dev.baton.onnx.format.TensorDef;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Arrays in the form of the file. */
final class ArrayReader {

    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int FLOAT16 = 10;
    private static final int BFLOAT16 = 16;

    private ArrayReader() {}

    /**
     * The element type with the format's number.
     *
     * @param where the place, for the message
     */
    static DType dtype(int number, String where) {
        return switch (number) {
            case 1 -> DType.FLOAT32;
            case 6 -> DType.INT32;
            case 7 -> DType.INT64;
            case 9 -> DType.BOOL;
            case 11 -> DType.FLOAT64;
            case 0 -> throw new DataException(where + " has no element type");
            default ->
                throw new DataException(where + " has elements of type " + name(number)
                        + "; Baton computes with float32, float64, int32, int64 and bool");
        };
    }

    private static String name(int number) {
        return switch (number) {
            case UINT8 -> "uint8";
            case INT8 -> "int8";
            case 4 -> "uint16";
            case 5 -> "int16";
            case 8 -> "string";
            case FLOAT16 -> "float16";
            case 12 -> "uint32";
            case 13 -> "uint64";
            case 14, 15 -> "complex";
            case BFLOAT16 -> "bfloat16";
            default -> "number " + number;
        };
    }

    /**
     * Reads an array.
     *
     * @param external gives what lies in another file
     * @throws DataException if its parts do not fit together
     */
    static NDArray read(TensorDef tensor, String where, ExternalData external) {
        DType dtype = dtype(tensor.getElementType(), where);
        Shape shape = shape(tensor, where);
        long bytes;
        try {
            bytes = Math.multiplyExact(shape.size(), (long) dtype.bytes());
        } catch (ArithmeticException e) {
            throw new DataException(where + " has more elements than can be counted: " + shape, e);
        }
        boolean outside = tensor.getDataLocation() == 1;
        // Nothing is allocated for values that are not there.
        long there = outside
                ? external.length(tensor, where, bytes)
                : tensor.hasRawData() ? tensor.getRawData().size() : dtype.bytes() * (long) count(tensor, dtype);
        if (there != bytes) {
            throw new DataException(
                    where + " is " + dtype + shape + ", which takes " + bytes + " bytes, and there are " + there);
        }
        NDArray array;
        try {
            array = NDArray.zeros(dtype, shape);
        } catch (ShapeException e) {
            throw new DataException(where + ": " + e.getMessage(), e);
        }
        if (outside) {
            external.read(tensor, where, array.bytes());
            turn(array);
        } else if (tensor.hasRawData()) {
            ByteString raw = tensor.getRawData();
            raw.copyTo(array.bytes());
            turn(array);
        } else {
            fill(array, tensor);
        }
        if (dtype == DType.BOOL) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, array.get(i));
            }
        }
        return array;
    }

    private static Shape shape(TensorDef tensor, String where) {
        for (long size : tensor.getSizeList()) {
            if (size < 0) {
                throw new DataException(where + " has a negative size: " + tensor.getSizeList());
            }
        }
        try {
            return Shape.of(
                    tensor.getSizeList().stream().mapToLong(Long::longValue).toArray());
        } catch (ShapeException e) {
            throw new DataException(where + ": " + e.getMessage(), e);
        }
    }

    private static int count(TensorDef tensor, DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> tensor.getFloatDataCount();
            case FLOAT64 -> tensor.getDoubleDataCount();
            case INT64 -> tensor.getInt64DataCount();
            case INT32, INT8, BOOL -> tensor.getInt32DataCount();
        };
    }

    private static void fill(NDArray array, TensorDef tensor) {
        for (int i = 0; i < array.size(); i++) {
            switch (array.dtype()) {
                case FLOAT32 -> array.set(i, tensor.getFloatData(i));
                case FLOAT64 -> array.set(i, tensor.getDoubleData(i));
                case INT64 -> array.setLong(i, tensor.getInt64Data(i));
                case INT32, INT8, BOOL -> array.set(i, tensor.getInt32Data(i));
            }
        }
    }

    /** From the file's order of bytes to the machine's. */
    private static void turn(NDArray array) {
        if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN || array.dtype().bytes() == 1) {
            return;
        }
        ByteBuffer bytes = array.bytes();
        int width = array.dtype().bytes();
        for (int at = 0; at < bytes.capacity(); at += width) {
            if (width == 4) {
                bytes.putInt(at, Integer.reverseBytes(bytes.getInt(at)));
            } else {
                bytes.putLong(at, Long.reverseBytes(bytes.getLong(at)));
            }
        }
    }
}
