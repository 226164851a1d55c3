package dev.baton.data;

/** Examples that belong to a class each. */
public interface ClassSource extends ExampleSource {

    /** The number of classes. */
    int classes();

    /**
     * The class of an example.
     *
     * @return 0 to {@link #classes} - 1
     */
    int label(int example);
}
