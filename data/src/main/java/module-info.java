/** Readers of examples that need more than Java's base module: pictures, and archives of them. */
module dev.baton.data {
    requires transitive dev.baton;
    requires java.desktop;
    requires org.apache.commons.compress;

    exports dev.baton.data.picture;
}
