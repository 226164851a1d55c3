/** Models as ONNX files: written for other runtimes, and read to run and train on. */
// Protocol Buffers name their module in the manifest alone.
@SuppressWarnings("requires-automatic")
module dev.baton.onnx {
    requires transitive dev.baton;
    requires com.google.protobuf;

    exports dev.baton.onnx;
}
