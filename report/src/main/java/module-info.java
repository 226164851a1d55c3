/** Shows how training goes on in other programs. */
module dev.baton.report {
    requires transitive dev.baton;

    exports dev.baton.report;
}
