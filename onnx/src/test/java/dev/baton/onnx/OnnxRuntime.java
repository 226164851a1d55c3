package dev.baton.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.baton.DType;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers with ONNX Runtime, which shares nothing with Baton but the file. */
final class OnnxRuntime {

    private OnnxRuntime() {}

    /** All outputs of a model by name. */
    static Map<String, NDArray> run(Path file, Map<String, NDArray> inputs) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        var tensors = new HashMap<String, OnnxTensor>();
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (var session = environment.createSession(file.toString(), options)) {
                for (var input : inputs.entrySet()) {
                    tensors.put(input.getKey(), tensor(environment, input.getValue()));
                }
                try (var result = session.run(tensors)) {
                    var outputs = new LinkedHashMap<String, NDArray>();
                    for (var output : result) {
                        outputs.put(output.getKey(), array((OnnxTensor) output.getValue()));
                    }
                    return outputs;
                }
            }
        } catch (OrtException e) {
            throw new AssertionError("ONNX Runtime refuses " + file + ": " + e.getMessage(), e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, NDArray array) throws OrtException {
        long[] sizes = array.shape().toArray();
        return switch (array.dtype()) {
            case FLOAT32 -> OnnxTensor.createTensor(environment, array.floats(), sizes);
            case FLOAT64 -> OnnxTensor.createTensor(environment, array.bytes().asDoubleBuffer(), sizes);
            case INT32 -> OnnxTensor.createTensor(environment, array.ints(), sizes);
            case INT64 -> OnnxTensor.createTensor(environment, array.bytes().asLongBuffer(), sizes);
            case BOOL -> OnnxTensor.createTensor(environment, array.bytes(), sizes, OnnxJavaType.BOOL);
            case INT8 -> OnnxTensor.createTensor(environment, array.bytes(), sizes, OnnxJavaType.INT8);
        };
    }

    private static NDArray array(OnnxTensor tensor) {
        Shape shape = Shape.of(tensor.getInfo().getShape());
        DType dtype = switch (tensor.getInfo().type) {
            case FLOAT -> DType.FLOAT32;
            case DOUBLE -> DType.FLOAT64;
            case INT32 -> DType.INT32;
            case INT64 -> DType.INT64;
            case BOOL -> DType.BOOL;
            case INT8 -> DType.INT8;
            default -> throw new AssertionError(tensor.getInfo());
        };
        NDArray array = NDArray.zeros(dtype, shape);
        array.bytes().put(tensor.getByteBuffer());
        return array;
    }
}
