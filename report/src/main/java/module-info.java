/** Shows how training goes on: in a page of its own, in a terminal, in other programs. */
module dev.baton.report {
    requires transitive dev.baton;
    requires com.google.gson;
    requires java.desktop;
    requires jdk.httpserver;

    exports dev.baton.report;

    // The report's data are records, which become JSON.
    opens dev.baton.report to
            com.google.gson;
}
