package dev.baton.optim;

import dev.baton.BatonException;
import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** Ways to say which parameters are meant, for groups and for freezing. */
public final class Parameters {

    private Parameters() {}

    /** The parameters of a layer and of all layers below it. */
    public static Predicate<Parameter> of(Layer layer) {
        return layer.parameters()::contains;
    }

    /** The parameters of this name in their layer, such as {@code bias}. */
    public static Predicate<Parameter> named(String name) {
        return parameter -> parameter.name().equals(name) || parameter.name().endsWith("." + name);
    }

    /** The parameters of at most one dimension: biases, and the scales and shifts of normalizations. */
    public static Predicate<Parameter> vectors() {
        return parameter -> parameter.shape().rank() <= 1;
    }

    /** A name that is misspelt shall not go unnoticed. */
    static void requireSome(String what, Predicate<Parameter> which, Collection<Parameter> parameters) {
        if (parameters.stream().noneMatch(which)) {
            List<String> names = parameters.stream().map(Parameter::name).toList();
            throw new BatonException("optimizer: " + what + " fits none of the parameters of the step: " + names);
        }
    }
}
