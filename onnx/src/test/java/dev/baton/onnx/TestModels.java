package dev.baton.onnx;

import com.google.protobuf.ByteString;
import dev.baton.onnx.format.AttributeDef;
import dev.baton.onnx.format.GraphDef;
import dev.baton.onnx.format.Model;
import dev.baton.onnx.format.NodeDef;
import dev.baton.onnx.format.OperatorSet;
import dev.baton.onnx.format.ShapeDef;
import dev.baton.onnx.format.TensorDef;
import dev.baton.onnx.format.TypeDef;
import dev.baton.onnx.format.ValueDef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Files as other frameworks write them, put together node by node. */
final class TestModels {

    private final GraphDef.Builder graph = GraphDef.newBuilder();
    private long opset = 17;

    static AttributeDef integer(String name, long value) {
        return AttributeDef.newBuilder()
                .setName(name)
                .setKind(2)
                .setInteger(value)
                .build();
    }

    static AttributeDef integers(String name, Long... values) {
        return AttributeDef.newBuilder()
                .setName(name)
                .setKind(7)
                .addAllIntegers(List.of(values))
                .build();
    }

    static AttributeDef text(String name, String value) {
        return AttributeDef.newBuilder()
                .setName(name)
                .setKind(3)
                .setText(ByteString.copyFromUtf8(value))
                .build();
    }

    /** @param dims a number or a symbol for each dimension */
    static ValueDef declared(String name, int type, Object... dims) {
        var shape = ShapeDef.newBuilder();
        for (Object dim : dims) {
            if (dim instanceof Integer size) {
                shape.addDimensionBuilder().setSize(size);
            } else {
                shape.addDimensionBuilder().setSymbol((String) dim);
            }
        }
        var tensor = TypeDef.TensorType.newBuilder().setElementType(type).setShape(shape);
        return ValueDef.newBuilder()
                .setName(name)
                .setType(TypeDef.newBuilder().setTensor(tensor))
                .build();
    }

    static TensorDef floats(String name, long[] shape, float... values) {
        var tensor = TensorDef.newBuilder().setName(name).setElementType(1);
        for (long size : shape) {
            tensor.addSize(size);
        }
        for (float value : values) {
            tensor.addFloatData(value);
        }
        return tensor.build();
    }

    /** A vector of int64; a scalar where {@code scalar} is set. */
    static TensorDef longs(String name, boolean scalar, long... values) {
        var tensor = TensorDef.newBuilder().setName(name).setElementType(7);
        if (!scalar) {
            tensor.addSize(values.length);
        }
        Arrays.stream(values).forEach(tensor::addInt64Data);
        return tensor.build();
    }

    TestModels opset(long version) {
        opset = version;
        return this;
    }

    TestModels input(String name, int type, Object... dims) {
        graph.addInput(declared(name, type, dims));
        return this;
    }

    TestModels output(String name) {
        var type = TypeDef.TensorType.newBuilder().setElementType(1);
        graph.addOutput(
                ValueDef.newBuilder().setName(name).setType(TypeDef.newBuilder().setTensor(type)));
        return this;
    }

    TestModels array(TensorDef tensor) {
        graph.addInitializer(tensor);
        return this;
    }

    /** @param inputs and then the output, by name */
    TestModels node(String operator, String inputs, String output, AttributeDef... attributes) {
        var node = NodeDef.newBuilder().setOperator(operator).setName(operator + " of " + output);
        Arrays.stream(inputs.split(" ", -1)).filter(name -> !name.isEmpty()).forEach(node::addInput);
        graph.addNode(node.addOutput(output).addAllAttribute(List.of(attributes)));
        return this;
    }

    Model model() {
        return Model.newBuilder()
                .setIrVersion(8)
                .addOpset(OperatorSet.newBuilder().setDomain("").setVersion(opset))
                .setGraph(graph)
                .build();
    }

    Path write(Path file) {
        try {
            return Files.write(file, model().toByteArray());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
