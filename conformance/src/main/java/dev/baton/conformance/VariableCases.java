package dev.baton.conformance;

import dev.baton.graph.Emitter;
import dev.baton.graph.GraphBuilder;
import dev.baton.graph.Primitive;
import dev.baton.graph.TensorType;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A variable reads as its value at the start of the step, whatever is assigned and whoever reads it later. */
final class VariableCases {

    private static final String GROUP = "variables";

    /** A graph under construction, with variables a, b and an input x of one type. */
    private record Scene(GraphBuilder builder, TensorType type) {

        Tensor variable(String name) {
            long salt = name.charAt(0);
            return Tensor.of(builder, builder.variable(name, type, seed -> Fill.NORMAL.array(type, 0, salt)));
        }

        Tensor a() {
            return variable("a");
        }

        Tensor b() {
            return variable("b");
        }

        Tensor x() {
            return Tensor.of(builder, builder.input("x", type));
        }

        void assign(Tensor variable, Tensor value) {
            builder.assign(variable.value(), value.value());
        }

        void output(String name, Tensor value) {
            builder.output(name, value.value());
        }
    }

    private VariableCases() {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (TensorType type :
                List.of(Shapes.floatType(), Shapes.floatType(0), Shapes.floatType(5, 5), Shapes.floatType(131, 131))) {
            elementwise(cases, type);
            if (type.shape().rank() == 2) {
                matrices(cases, type);
            }
        }
        return cases;
    }

    private static void add(List<Case> cases, String name, TensorType type, Consumer<Scene> body) {
        cases.add(new Case(
                GROUP,
                name + " (" + type + ")",
                null,
                () -> {
                    var builder = new GraphBuilder();
                    body.accept(new Scene(builder, type));
                    return builder.build();
                },
                Map.of("x", Fill.NORMAL),
                3,
                Tolerance.ofLargest(5e-6).orAbsolute(type.shape().rank() == 2 ? 4e-5 : 0)));
    }

    private static void elementwise(List<Case> cases, TensorType type) {
        add(cases, "old value handed out, new one assigned", type, scene -> {
            scene.output("old", scene.a());
            scene.assign(scene.a(), scene.a().multiply(0.5).add(scene.x()));
        });
        add(cases, "new value handed out too", type, scene -> {
            Tensor next = scene.a().multiply(0.5).add(scene.x());
            scene.assign(scene.a(), next);
            scene.output("new", next);
        });
        add(cases, "old value read after the new one is known", type, scene -> {
            Tensor next = scene.a().multiply(0.5).add(scene.x());
            scene.assign(scene.a(), next);
            scene.output("change", next.subtract(scene.a()).multiply(next.tanh()));
        });
        add(cases, "exchanged", type, scene -> {
            scene.assign(scene.a(), scene.b());
            scene.assign(scene.b(), scene.a());
        });
        add(cases, "each from the other", type, scene -> {
            scene.assign(scene.a(), scene.a().add(scene.b()).multiply(0.5));
            scene.assign(scene.b(), scene.a().subtract(scene.b()).multiply(0.5));
        });
        add(cases, "both the same", type, scene -> {
            Tensor next = scene.a().add(scene.b()).multiply(0.3);
            scene.assign(scene.a(), next);
            scene.assign(scene.b(), next);
        });
        add(cases, "an input as it is", type, scene -> {
            scene.assign(scene.a(), scene.x());
            scene.output("old", scene.a());
        });
        add(cases, "a constant", type, scene -> {
            scene.output("old", scene.a().add(scene.x()));
            scene.assign(scene.a(), scene.a().fullLike(0.25));
        });
        add(cases, "itself", type, scene -> {
            scene.assign(scene.a(), scene.a());
            scene.output("sum", scene.a().add(scene.x()));
        });
        add(cases, "read only", type, scene -> scene.output("product", scene.a().multiply(scene.x())));
        add(cases, "only where it is finite", type, scene -> {
            Tensor next = scene.a().divide(scene.x());
            var emit = new Emitter(scene.builder());
            Tensor finite = next.apply(Primitive.IS_FINITE, dev.baton.graph.Attributes.none());
            scene.assign(
                    scene.a(),
                    Tensor.of(
                            scene.builder(),
                            emit.select(finite.value(), next.value(), scene.a().value())));
        });
    }

    private static void matrices(List<Case> cases, TensorType type) {
        long size = type.shape().size(0);
        add(
                cases,
                "turned onto itself",
                type,
                scene -> scene.assign(scene.a(), scene.a().transpose(1, 0)));
        add(
                cases,
                "turned and added onto itself",
                type,
                scene -> scene.assign(
                        scene.a(), scene.a().add(scene.a().transpose(1, 0)).multiply(0.5)));
        add(cases, "turned, moved and onto itself", type, scene -> {
            Tensor turned = scene.a().transpose(1, 0);
            scene.output("flat", turned.reshape(size * size).multiply(0.5));
            scene.assign(scene.a(), turned.add(scene.x()).multiply(0.5));
        });
        add(
                cases,
                "product with itself",
                type,
                scene -> scene.assign(scene.a(), scene.a().matmul(scene.a()).multiply(1.0 / size)));
        add(cases, "product before the update", type, scene -> {
            Tensor product = scene.x().matmul(scene.a());
            scene.assign(scene.a(), scene.a().subtract(product.multiply(0.01)));
            scene.output("product", product.tanh());
        });
        add(cases, "product in the place of what is added to it", type, scene -> {
            Tensor product = scene.x().matmul(scene.b()).multiply(1.0 / size);
            scene.assign(scene.a(), product);
            scene.output("both", product.add(scene.a()));
        });
        add(cases, "plain product in the place of what is added to it", type, scene -> {
            Tensor product = scene.x().matmul(scene.b());
            scene.assign(scene.a(), product);
            scene.output("both", product.add(scene.a()));
        });
        add(
                cases,
                "rows summed and taken away",
                type,
                scene -> scene.assign(
                        scene.a(),
                        scene.a().subtract(scene.a().mean(1).reshape(size, 1)).add(scene.x())));
        add(cases, "columns and rows exchanged between two", type, scene -> {
            scene.assign(scene.a(), scene.b().transpose(1, 0));
            scene.assign(scene.b(), scene.a().transpose(1, 0).add(scene.x()));
        });
    }
}
