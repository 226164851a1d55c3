/** What the backends share whose plans a native core runs: the binding, and from programs to plans. */
module dev.baton.core {
    requires transitive dev.baton;
    requires transitive org.bytedeco.javacpp;

    exports dev.baton.core;

    uses dev.baton.core.NativePlatform;
}
