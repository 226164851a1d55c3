package dev.baton.onnx.read;

import dev.baton.DataException;
import dev.baton.onnx.format.Entry;
import dev.baton.onnx.format.TensorDef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/** Values of arrays that lie in files beside the model's own, as large models have them: in its folder, nowhere else. */
final class ExternalData {

    /** Where nothing lies: only the weights of a model may be in other files. */
    static final ExternalData NONE = new ExternalData();

    private final Path folder;

    private ExternalData() {
        this.folder = null;
    }

    ExternalData(Path model) {
        this.folder = model.toAbsolutePath().normalize().getParent();
    }

    private record Part(Path file, long offset, long length) {}

    /**
     * How many bytes there are for an array.
     *
     * @param wanted those that its shape takes
     */
    long length(TensorDef tensor, String where, long wanted) {
        return part(tensor, where, wanted).length();
    }

    private Part part(TensorDef tensor, String where, long wanted) {
        Map<String, String> entries = new HashMap<>();
        for (Entry entry : tensor.getExternalDataList()) {
            entries.put(entry.getKey(), entry.getValue());
        }
        String location = entries.getOrDefault("location", "");
        if (folder == null) {
            throw new DataException(where + " lies in another file, which only weights may");
        }
        try {
            Path file = folder.resolve(location).normalize();
            if (location.isEmpty() || !file.startsWith(folder) || file.equals(folder)) {
                throw new DataException(where + " lies in '" + location + "', which is no file in the model's folder");
            }
            // A link could lead elsewhere.
            if (!file.toRealPath().startsWith(folder.toRealPath())) {
                throw new DataException(where + " lies in '" + location + "', which leads out of the model's folder");
            }
            long size = Files.size(file);
            long offset = Long.parseLong(entries.getOrDefault("offset", "0"));
            long length = entries.containsKey("length")
                    ? Long.parseLong(entries.get("length"))
                    : Math.min(wanted, size - offset);
            if (offset < 0 || length < 0 || offset > size || length > size - offset) {
                throw new DataException(where + " is " + length + " bytes from " + offset + " on in '" + location
                        + "', which has " + size);
            }
            return new Part(file, offset, length);
        } catch (IOException e) {
            throw new DataException(
                    where + " lies in '" + location + "' beside the model, which cannot be read: " + e, e);
        } catch (NumberFormatException e) {
            throw new DataException(where + " says where it lies in '" + location + "' with what is no number", e);
        } catch (java.nio.file.InvalidPathException e) {
            throw new DataException(where + " lies in what is no name of a file", e);
        }
    }

    /** Reads the values of an array whose length was found right. */
    void read(TensorDef tensor, String where, ByteBuffer target) {
        Part part = part(tensor, where, target.remaining());
        try (var channel = FileChannel.open(part.file(), StandardOpenOption.READ)) {
            long at = part.offset();
            while (target.hasRemaining()) {
                int read = channel.read(target, at);
                if (read < 0) {
                    throw new DataException(where + ": " + part.file() + " ends before it does");
                }
                at += read;
            }
        } catch (IOException e) {
            throw new DataException(where + ": " + part.file() + " cannot be read: " + e, e);
        }
    }
}
