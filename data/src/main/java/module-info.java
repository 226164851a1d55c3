/** Readers of examples that need more than Java's base module: pictures and archives of them, and tables. */
module dev.baton.data {
    requires transitive dev.baton;
    requires java.desktop;
    requires de.siegmar.fastcsv;
    requires org.apache.commons.compress;

    exports dev.baton.data.picture;
    exports dev.baton.data.table;
}
