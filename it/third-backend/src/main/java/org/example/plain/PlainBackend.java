package org.example.plain;

import dev.baton.composite.AllFinite;
import dev.baton.graph.Node;
import dev.baton.graph.Primitive;
import dev.baton.program.Program;
import dev.baton.spi.Backend;
import dev.baton.spi.DeviceBuffer;
import dev.baton.spi.Plan;

/** A device that runs kernel after kernel in plain Java: short, and slow. */
final class PlainBackend implements Backend {

    @Override
    public String device() {
        return "plain: Java, one thread";
    }

    /**
     * Every primitive, of every element type, has to be there. Of the composites this backend claims one; the compiler
     * puts the definitions of all others, primitives in the end, in their place.
     */
    @Override
    public boolean supports(Node node) {
        return node.operation() instanceof Primitive || node.operation() == AllFinite.INSTANCE;
    }

    @Override
    public DeviceBuffer allocate() {
        return new PlainMemory();
    }

    @Override
    public Plan compile(Program program, DeviceBuffer variables, DeviceBuffer workspace) {
        return new PlainPlan(program, (PlainMemory) variables, (PlainMemory) workspace);
    }

    @Override
    public void close() {}
}
