package dev.baton.train;

import dev.baton.DataException;
import dev.baton.StateException;
import dev.baton.io.Checkpoint;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A folder of checkpoints, named after their steps, which is this run's alone for as long as it is open. A lock that
 * the operating system takes back when a process ends keeps others out.
 */
final class CheckpointFolder implements AutoCloseable {

    private static final String NAMES = "step-[0-9]{12}\\.safetensors";

    /** What a process left behind that was ended while it wrote. */
    private static final String LEFT = NAMES + "\\.[-0-9a-f]{36}\\.part";

    private final Checkpoints wanted;
    private final FileChannel lockFile;

    private CheckpointFolder(Checkpoints wanted, FileChannel lockFile) {
        this.wanted = wanted;
        this.lockFile = lockFile;
    }

    /**
     * Opens the folder, which is made where it is missing.
     *
     * @throws DataException if it cannot be made or written to
     * @throws StateException if another run writes there
     */
    static CheckpointFolder open(Checkpoints wanted) {
        Path folder = wanted.folder();
        try {
            Files.createDirectories(folder);
            var channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return open(wanted, channel);
        } catch (IOException e) {
            throw new DataException("cannot write checkpoints to " + folder + ": " + e, e);
        }
    }

    private static CheckpointFolder open(Checkpoints wanted, FileChannel channel) throws IOException {
        try {
            if (!locks(channel)) {
                throw new StateException("another run writes its checkpoints to " + wanted.folder()
                        + ": wait until it is done, or name another folder");
            }
            var opened = new CheckpointFolder(wanted, channel);
            for (Path left : opened.files(LEFT)) {
                Files.deleteIfExists(left);
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** The last checkpoint; null where there is none. */
    Path newest() {
        List<Path> all = files(NAMES);
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    /** The checkpoint before one; null where there is none. */
    Path before(Path checkpoint) {
        List<Path> all = files(NAMES);
        int index = all.indexOf(checkpoint);
        return index < 1 ? null : all.get(index - 1);
    }

    /** Writes a checkpoint and then removes those that are too many. */
    void write(long step, Checkpoint checkpoint) {
        checkpoint.write(wanted.folder().resolve(String.format(Locale.ROOT, "step-%012d.safetensors", step)));
        List<Path> all = files(NAMES);
        try {
            for (Path old : all.subList(0, Math.max(0, all.size() - wanted.kept()))) {
                Files.deleteIfExists(old);
            }
        } catch (IOException e) {
            throw new DataException("cannot remove an old checkpoint: " + e, e);
        }
    }

    /** The files with such names, from the first step to the last. */
    private List<Path> files(String names) {
        try (Stream<Path> found = Files.list(wanted.folder())) {
            return found.filter(file -> file.getFileName().toString().matches(names))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new DataException("cannot read " + wanted.folder() + ": " + e, e);
        }
    }

    /** Lets others in. */
    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new DataException("cannot close " + wanted.folder() + ": " + e, e);
        }
    }
}
