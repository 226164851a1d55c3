package dev.baton;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Objects;
import java.util.function.ToLongFunction;

/**
 * Host data: values with a shape and an element type, row-major, in memory that a backend reads without copying. It
 * has no operators (see {@code Tensor}) and needs no closing. The values may be changed through {@link #floats()},
 * {@link #ints()} and {@link #bytes()}, so one array can serve for batch after batch.
 */
public final class NDArray {

    /** Cache lines are 64 bytes: kernels read whole ones. */
    private static final int ALIGNMENT = 64;

    private final DType dtype;
    private final Shape shape;
    private final int size;
    private final ByteBuffer bytes;
    private long address;

    private NDArray(DType dtype, Shape shape) {
        if (!shape.isFixed()) {
            throw new ShapeException("an array has a shape of fixed sizes, not " + shape);
        }
        this.dtype = dtype;
        this.shape = shape;
        int length = length(dtype, shape);
        this.size = length / dtype.bytes();
        // alignedSlice moves the start up and the end down to a multiple: room for both.
        this.bytes = ByteBuffer.allocateDirect(length + 2 * ALIGNMENT)
                .alignedSlice(ALIGNMENT)
                .slice(0, length)
                .order(ByteOrder.nativeOrder());
    }

    private static int length(DType dtype, Shape shape) {
        try {
            long length = Math.multiplyExact(shape.size(), (long) dtype.bytes());
            if (length <= Integer.MAX_VALUE - 2 * ALIGNMENT) {
                return (int) length;
            }
        } catch (ArithmeticException e) {
            // Too many for a long: the message is the same.
        }
        throw new ShapeException("an array holds at most 2 GiB, which " + dtype + shape + " is not");
    }

    /** An array of zeros, or of {@code false}. */
    public static NDArray zeros(DType dtype, Shape shape) {
        return new NDArray(dtype, shape);
    }

    /** A {@code float32} array of the given values in row-major order. */
    public static NDArray of(Shape shape, float... values) {
        var array = new NDArray(DType.FLOAT32, shape);
        array.checkCount(values.length);
        array.floats().put(values);
        return array;
    }

    /** A {@code float64} array of the given values in row-major order. */
    public static NDArray of(Shape shape, double... values) {
        var array = new NDArray(DType.FLOAT64, shape);
        array.checkCount(values.length);
        array.bytes().asDoubleBuffer().put(values);
        return array;
    }

    /** An {@code int32} array of the given values in row-major order. */
    public static NDArray of(Shape shape, int... values) {
        var array = new NDArray(DType.INT32, shape);
        array.checkCount(values.length);
        array.ints().put(values);
        return array;
    }

    /** An {@code int64} array of the given values in row-major order. */
    public static NDArray of(Shape shape, long... values) {
        var array = new NDArray(DType.INT64, shape);
        array.checkCount(values.length);
        array.bytes().asLongBuffer().put(values);
        return array;
    }

    /** A {@code bool} array of the given values in row-major order. */
    public static NDArray of(Shape shape, boolean... values) {
        var array = new NDArray(DType.BOOL, shape);
        array.checkCount(values.length);
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i] ? 1 : 0);
        }
        return array;
    }

    /** An {@code int8} array of the given values in row-major order. */
    public static NDArray of(Shape shape, byte... values) {
        var array = new NDArray(DType.INT8, shape);
        array.checkCount(values.length);
        array.bytes().put(values);
        return array;
    }

    /** A {@code float32} array [length]. */
    public static NDArray of(float[] values) {
        return of(Shape.of(values.length), values);
    }

    /** An {@code int32} array [length]. */
    public static NDArray of(int[] values) {
        return of(Shape.of(values.length), values);
    }

    /**
     * A {@code float32} array [rows, columns].
     *
     * @throws ShapeException if the rows differ in length
     */
    public static NDArray of(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        NDArray array = zeros(DType.FLOAT32, Shape.of(rows.length, columns));
        FloatBuffer floats = array.floats();
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new ShapeException("row " + i + " has " + rows[i].length + " values, row 0 has " + columns);
            }
            floats.put(rows[i]);
        }
        return array;
    }

    /** A {@code float32} scalar. */
    public static NDArray scalar(float value) {
        return of(Shape.scalar(), value);
    }

    private void checkCount(int count) {
        if (count != shape.size()) {
            throw new ShapeException(count + " values do not fill shape " + shape + " of " + shape.size());
        }
    }

    /** The element type. */
    public DType dtype() {
        return dtype;
    }

    /** The shape, always fixed. */
    public Shape shape() {
        return shape;
    }

    /** The number of elements. */
    public int size() {
        return size;
    }

    /** All values as writable bytes in native order; position 0, the array's size as limit. */
    public ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.nativeOrder());
    }

    /** All values of a {@code float32} array, writable. */
    public FloatBuffer floats() {
        require(DType.FLOAT32);
        return bytes().asFloatBuffer();
    }

    /** All values of an {@code int32} array, writable. */
    public IntBuffer ints() {
        require(DType.INT32);
        return bytes().asIntBuffer();
    }

    private void require(DType wanted) {
        if (dtype != wanted) {
            throw new ShapeException("the array holds " + dtype + ", not " + wanted);
        }
    }

    /**
     * One value of any type as a double; {@code true} is 1.
     *
     * @param index in row-major order
     */
    public double get(int index) {
        Objects.checkIndex(index, size);
        return switch (dtype) {
            case FLOAT32 -> bytes.getFloat(4 * index);
            case FLOAT64 -> bytes.getDouble(8 * index);
            case INT32 -> bytes.getInt(4 * index);
            case INT64 -> bytes.getLong(8 * index);
            case BOOL, INT8 -> bytes.get(index);
        };
    }

    /**
     * Sets one value of any type; what is not 0 is {@code true}, and an {@code int8} is the nearest to what is beyond it.
     *
     * @param index in row-major order
     */
    public void set(int index, double value) {
        Objects.checkIndex(index, size);
        switch (dtype) {
            case FLOAT32 -> bytes.putFloat(4 * index, (float) value);
            case FLOAT64 -> bytes.putDouble(8 * index, value);
            case INT32 -> bytes.putInt(4 * index, (int) value);
            case INT64 -> bytes.putLong(8 * index, (long) value);
            case BOOL -> bytes.put(index, (byte) (value != 0 ? 1 : 0));
            case INT8 -> bytes.put(index, (byte) Math.max(Byte.MIN_VALUE, Math.min(Byte.MAX_VALUE, (int) value)));
        }
    }

    /** Sets one value of an {@code int64} array exactly, also beyond 2^53. */
    public void setLong(int index, long value) {
        require(DType.INT64);
        Objects.checkIndex(index, size);
        bytes.putLong(8 * index, value);
    }

    /**
     * What stands at one index of the first dimension, in a new array: an example of a batch.
     *
     * @throws ShapeException if this is a scalar
     * @throws IndexOutOfBoundsException if the first dimension has no such index
     */
    public NDArray slice(int index) {
        if (shape.rank() == 0) {
            throw new ShapeException("a scalar has no first dimension to take a slice of");
        }
        Objects.checkIndex(index, shape.size(0));
        NDArray slice = zeros(dtype, shape.without(0));
        int length = slice.bytes.capacity();
        slice.bytes().put(bytes.slice(index * length, length));
        return slice;
    }

    /** The index of the first value that is NaN or infinite; -1 where there is none, as among integers. */
    public int firstNotFinite() {
        if (dtype == DType.FLOAT32) {
            FloatBuffer floats = floats();
            for (int i = 0; i < floats.capacity(); i++) {
                if (!Float.isFinite(floats.get(i))) {
                    return i;
                }
            }
        } else if (dtype == DType.FLOAT64) {
            for (int i = 0; i < size; i++) {
                if (!Double.isFinite(get(i))) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** A copy of all values of a {@code float32} array. */
    public float[] toFloatArray() {
        var values = new float[size];
        floats().get(values);
        return values;
    }

    /** A copy of all values of an {@code int32} array. */
    public int[] toIntArray() {
        var values = new int[size];
        ints().get(values);
        return values;
    }

    /** A copy of all values of an {@code int64} array. */
    public long[] toLongArray() {
        require(DType.INT64);
        var values = new long[size];
        bytes().asLongBuffer().get(values);
        return values;
    }

    /** A copy of all values, of any type, as doubles. */
    public double[] toDoubleArray() {
        var values = new double[size];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(i);
        }
        return values;
    }

    /**
     * The address of the values, for backends: found once by the resolver and then remembered, so that a step in the
     * steady state asks no native code for it. Valid as long as this array is reachable.
     */
    public long address(ToLongFunction<ByteBuffer> resolver) {
        if (address == 0) {
            address = resolver.applyAsLong(bytes);
        }
        return address;
    }

    /** For instance {@code float32[3] [1.0, 2.5, -3.0]}; more than one row begins on a line of its own. */
    @Override
    public String toString() {
        return NDArrayText.of(this);
    }
}
