package dev.baton.program;

/** Where a kernel's values lie. */
public enum Space {
    /** Intermediate values of one step; shared by all plans of a session. */
    WORKSPACE,
    /** Parameters, optimizer state and statistics; as long as the session. */
    VARIABLES,
    /** The constants of the graph; as long as the plan. */
    CONSTANTS,
    /** What is handed to the host; until the next run. */
    OUTPUTS,
    /** One of the arrays that a run is given, where the caller has it. */
    INPUT
}
