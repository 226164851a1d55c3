package dev.baton.program;

import java.util.List;
import java.util.stream.Collectors;

/** The sizes and the layer of a kernel, for people. */
final class KernelText {

    private KernelText() {}

    static String details(Kernel kernel) {
        String layer = kernel.layer().isEmpty() ? "" : "   # " + kernel.layer();
        return "  " + sizes(kernel) + layer;
    }

    private static String sizes(Kernel kernel) {
        if (kernel instanceof Kernel.Product product) {
            String batch = product.batch() == 1 ? "" : product.batch() + " x ";
            return batch + "[" + product.m() + ", " + product.k() + "]"
                    + (product.a().transposed() ? "T" : "") + " x [" + product.k() + ", " + product.n() + "]"
                    + (product.b().transposed() ? "T" : "");
        }
        if (kernel instanceof Kernel.Elementwise elementwise) {
            return sizes(elementwise.region().shape());
        }
        if (kernel instanceof Kernel.Reduction reduction) {
            return sizes(List.of(reduction.outer(), reduction.reduced(), reduction.inner()));
        }
        long elements = kernel.writes().stream().mapToLong(Buffer::elements).sum();
        return String.format(java.util.Locale.ROOT, "writes %,d", elements);
    }

    private static String sizes(List<Long> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }
}
