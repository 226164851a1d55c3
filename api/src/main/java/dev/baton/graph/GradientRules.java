package dev.baton.graph;

import static java.util.Collections.nCopies;

import dev.baton.Shape;
import java.util.ArrayList;
import java.util.List;

/** The gradient rules that the op table names; {@code g} is the gradient that arrives at the output. */
final class GradientRules {

    /** For operations that are flat or not numeric: nothing passes. */
    static final GradientRule NONE = (e, node, up) -> nCopies(node.inputs().size(), null);

    private GradientRules() {}

    static List<Value> reshape(Emitter e, Node node, List<Value> up) {
        return List.of(e.reshape(up.get(0), node.input(0).shape()));
    }

    static List<Value> transpose(Emitter e, Node node, List<Value> up) {
        int[] axes = node.attributes().axes("axes");
        int[] inverse = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            inverse[axes[i]] = i;
        }
        return List.of(e.transpose(up.get(0), inverse));
    }

    static List<Value> broadcast(Emitter e, Node node, List<Value> up) {
        Shape from = node.input(0).shape();
        Shape to = node.outputs().get(0).shape();
        int leading = to.rank() - from.rank();
        var repeated = new ArrayList<Integer>();
        for (int i = 0; i < to.rank(); i++) {
            if (i < leading || !from.dim(i - leading).equals(to.dim(i))) {
                repeated.add(i);
            }
        }
        Value sum =
                e.sum(up.get(0), repeated.stream().mapToInt(Integer::intValue).toArray());
        return List.of(e.reshape(sum, from));
    }

    static List<Value> cast(Emitter e, Node node, List<Value> up) {
        var source = node.input(0).dtype();
        boolean passes = source.isFloating() && node.outputs().get(0).dtype().isFloating();
        return passes ? List.of(e.cast(up.get(0), source)) : NONE.backward(e, node, up);
    }

    static List<Value> neg(Emitter e, Node node, List<Value> up) {
        return List.of(e.neg(up.get(0)));
    }

    static List<Value> abs(Emitter e, Node node, List<Value> up) {
        return List.of(e.mul(up.get(0), e.apply(Primitive.SIGN, node.input(0))));
    }

    static List<Value> exp(Emitter e, Node node, List<Value> up) {
        return List.of(e.mul(up.get(0), node.output(0)));
    }

    static List<Value> log(Emitter e, Node node, List<Value> up) {
        return List.of(e.div(up.get(0), node.input(0)));
    }

    static List<Value> expm1(Emitter e, Node node, List<Value> up) {
        Value y = node.output(0);
        return List.of(e.mul(up.get(0), e.add(y, e.fullLike(y, 1))));
    }

    static List<Value> log1p(Emitter e, Node node, List<Value> up) {
        Value x = node.input(0);
        return List.of(e.div(up.get(0), e.add(x, e.fullLike(x, 1))));
    }

    static List<Value> sqrt(Emitter e, Node node, List<Value> up) {
        return List.of(e.div(e.mul(up.get(0), 0.5), node.output(0)));
    }

    static List<Value> rsqrt(Emitter e, Node node, List<Value> up) {
        Value y = node.output(0);
        return List.of(e.mul(e.mul(up.get(0), -0.5), e.mul(y, e.mul(y, y))));
    }

    static List<Value> reciprocal(Emitter e, Node node, List<Value> up) {
        Value y = node.output(0);
        return List.of(e.neg(e.mul(up.get(0), e.mul(y, y))));
    }

    static List<Value> tanh(Emitter e, Node node, List<Value> up) {
        Value y = node.output(0);
        return List.of(e.mul(up.get(0), e.sub(e.fullLike(y, 1), e.mul(y, y))));
    }

    static List<Value> sigmoid(Emitter e, Node node, List<Value> up) {
        Value y = node.output(0);
        return List.of(e.mul(up.get(0), e.mul(y, e.sub(e.fullLike(y, 1), y))));
    }

    static List<Value> erf(Emitter e, Node node, List<Value> up) {
        Value x = node.input(0);
        Value slope = e.mul(e.apply(Primitive.EXP, e.neg(e.mul(x, x))), 2 / Math.sqrt(Math.PI));
        return List.of(e.mul(up.get(0), slope));
    }

    static List<Value> sin(Emitter e, Node node, List<Value> up) {
        return List.of(e.mul(up.get(0), e.apply(Primitive.COS, node.input(0))));
    }

    static List<Value> cos(Emitter e, Node node, List<Value> up) {
        return List.of(e.neg(e.mul(up.get(0), e.apply(Primitive.SIN, node.input(0)))));
    }

    static List<Value> add(Emitter e, Node node, List<Value> up) {
        return List.of(up.get(0), up.get(0));
    }

    static List<Value> sub(Emitter e, Node node, List<Value> up) {
        return List.of(up.get(0), e.neg(up.get(0)));
    }

    static List<Value> mul(Emitter e, Node node, List<Value> up) {
        Value g = up.get(0);
        return List.of(e.mul(g, node.input(1)), e.mul(g, node.input(0)));
    }

    static List<Value> div(Emitter e, Node node, List<Value> up) {
        Value byA = e.div(up.get(0), node.input(1));
        return List.of(byA, e.neg(e.mul(byA, node.output(0))));
    }

    /** d(a^b) = b a^(b-1) da + a^b log(a) db; the second term is 0 at a = 0, where log(a) is infinite. */
    static List<Value> pow(Emitter e, Node node, List<Value> up) {
        Value g = up.get(0);
        Value a = node.input(0);
        Value b = node.input(1);
        Value zero = e.fullLike(a, 0);
        Value lower = e.apply(Primitive.POW, a, e.sub(b, e.fullLike(b, 1)));
        Value byA = e.mul(g, e.select(e.equal(b, zero), zero, e.mul(b, lower)));
        Value logA = e.select(e.equal(a, zero), zero, e.apply(Primitive.LOG, a));
        return List.of(byA, e.mul(g, e.mul(node.output(0), logA)));
    }

    static List<Value> extremum(Emitter e, Node node, List<Value> up) {
        Value a = node.input(0);
        Value b = node.input(1);
        Value zero = e.fullLike(a, 0);
        Value shared = e.select(e.equal(a, b), e.mul(up.get(0), 0.5), up.get(0));
        Value forA = node.is(Primitive.MAX) ? e.less(b, a) : e.less(a, b);
        Value forB = node.is(Primitive.MAX) ? e.less(a, b) : e.less(b, a);
        Value equal = e.equal(a, b);
        return List.of(
                e.select(e.apply(Primitive.OR, forA, equal), shared, zero),
                e.select(e.apply(Primitive.OR, forB, equal), shared, zero));
    }

    static List<Value> select(Emitter e, Node node, List<Value> up) {
        Value condition = node.input(0);
        Value zero = e.fullLike(up.get(0), 0);
        var gradients = new ArrayList<Value>();
        gradients.add(null);
        gradients.add(e.select(condition, up.get(0), zero));
        gradients.add(e.select(condition, zero, up.get(0)));
        return gradients;
    }

    static List<Value> sum(Emitter e, Node node, List<Value> up) {
        return List.of(
                e.unreduce(up.get(0), node.input(0).shape(), node.attributes().axes("axes")));
    }

    static List<Value> reduceMax(Emitter e, Node node, List<Value> up) {
        Value x = node.input(0);
        int[] axes = node.attributes().axes("axes");
        Value isLargest = e.equal(x, e.unreduce(node.output(0), x.shape(), axes));
        Value ones = e.cast(isLargest, x.dtype());
        Value share = e.div(up.get(0), e.sum(ones, axes));
        return List.of(e.mul(ones, e.unreduce(share, x.shape(), axes)));
    }

    static List<Value> matmul(Emitter e, Node node, List<Value> up) {
        Value g = up.get(0);
        Value a = node.input(0);
        Value b = node.input(1);
        boolean transposeA = node.attributes().flag("transposeA");
        boolean transposeB = node.attributes().flag("transposeB");
        Value byA = transposeA ? e.matmul(b, g, transposeB, true) : e.matmul(g, b, false, !transposeB);
        Value byB = transposeB ? e.matmul(g, a, true, transposeA) : e.matmul(a, g, !transposeA, false);
        return List.of(byA, byB);
    }
}
