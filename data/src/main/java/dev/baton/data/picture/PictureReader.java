package dev.baton.data.picture;

import dev.baton.DataException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads pictures with their classes:
 *
 * <ul>
 *   <li>from a folder for each class, {@code train/cat/0001.jpg}, in any form that Java decodes (JPEG, PNG, GIF, BMP);
 *   <li>from a tar of such folders (.tar, .tar.gz, .tgz), without unpacking it;
 *   <li>from CIFAR-10's binary files ({@code data_batch_1.bin} to {@code 5}, {@code test_batch.bin}) in a folder or tar.
 * </ul>
 *
 * Files and folders whose name begins with a point are left alone, and so is what lies beside CIFAR-10's files. Grey
 * pictures have three equal channels. Anything else that is no picture, or not of the size of the
 * others, ends the reading with a {@link DataException} that names it, unless {@link #skipping} says otherwise.
 * Immutable: each setting gives another reader.
 */
public final class PictureReader {

    private final List<String> classes;
    private final Set<String> leftOut;
    private final Optional<PictureFile.Size> size;
    private final Path folder;
    private final Consumer<String> warning;

    private PictureReader(
            List<String> classes,
            Set<String> leftOut,
            Optional<PictureFile.Size> size,
            Path folder,
            Consumer<String> warning) {
        this.classes = classes;
        this.leftOut = leftOut;
        this.size = size;
        this.folder = folder;
        this.warning = warning;
    }

    /** The classes are the folders that are found, by their names in alphabetical order. */
    public static PictureReader ofFolders() {
        return new PictureReader(null, Set.of(), Optional.empty(), null, null);
    }

    /**
     * The classes are these, their labels 0, 1 and so on.
     *
     * @throws DataException if there are none, or one is named twice
     */
    public static PictureReader of(List<String> classes) {
        if (classes.isEmpty() || Set.copyOf(classes).size() < classes.size()) {
            throw new DataException("at least one class, and each once, not " + classes);
        }
        return new PictureReader(List.copyOf(classes), Set.of(), Optional.empty(), null, null);
    }

    /** Classes that may be there and are not read, unless they are asked for by name. */
    public PictureReader leavingOut(List<String> others) {
        return new PictureReader(classes, Set.copyOf(others), size, folder, warning);
    }

    /** The size that every picture must have, in pixels; without this, that of the first one. */
    public PictureReader ofSize(int height, int width) {
        if (height < 1 || width < 1) {
            throw new DataException("pictures have at least one pixel, not " + height + " x " + width);
        }
        return new PictureReader(classes, leftOut, Optional.of(new PictureFile.Size(height, width)), folder, warning);
    }

    /**
     * Decoded pictures are kept in a file rather than in memory, for more of them than fit into it. It takes a byte for
     * each value, 3 H W for each picture; nobody else sees it, and it is gone when the process ends.
     *
     * @param folder on a disk that is fast and has the room
     */
    public PictureReader onDisk(Path folder) {
        return new PictureReader(classes, leftOut, size, folder, warning);
    }

    /**
     * Files that cannot be used are left out and counted.
     *
     * @param warning gets a sentence for each kind of trouble: how many files, and the first of them
     */
    public PictureReader skipping(Consumer<String> warning) {
        return new PictureReader(classes, leftOut, size, folder, warning);
    }

    /**
     * All pictures of a folder or tar.
     *
     * @throws DataException if something is wrong with what is there; naming the file
     */
    public Pictures read(Path path) {
        return read(path, Optional.empty());
    }

    /**
     * The pictures of one part of the data.
     *
     * @param part the folder in which the folders of the classes lie; of CIFAR-10's binary files {@code train} or {@code
     *     test}
     * @throws DataException if something is wrong with what is there; naming the file
     */
    public Pictures read(Path path, String part) {
        if (part.isEmpty() || part.contains("/") || part.contains("\\")) {
            throw new DataException(
                    "a part is the name of one folder, not '" + part + "': name it alone, or read that folder itself");
        }
        return read(path, Optional.of(part));
    }

    private Pictures read(Path path, Optional<String> part) {
        var skips = new Skips(warning);
        try {
            var unread = new HashSet<>(leftOut);
            if (classes != null) {
                unread.removeAll(classes);
            }
            PictureStore store = folder == null ? PictureStore.inMemory() : PictureStore.onDisk(folder);
            var found = new FoundPictures(path, part, size, classes, unread, store, skips);
            FileTree.read(path, found::isWanted, found);
            return found.pictures();
        } finally {
            // Also where it fails: what was skipped may be the reason.
            skips.warn();
        }
    }
}
