/** The suite that every backend must pass, for the tests of those who write one. */
module dev.baton.conformance {
    requires transitive dev.baton;
    requires transitive org.junit.jupiter.api;

    exports dev.baton.conformance;

    uses dev.baton.spi.BackendProvider;

    // JUnit calls the methods of BackendConformance.
    opens dev.baton.conformance to
            org.junit.platform.commons;
}
