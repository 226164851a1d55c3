package dev.baton.io;

import dev.baton.DataException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes files that are there whole or not at all, whatever happens in between. */
public final class WholeFile {

    private WholeFile() {}

    /** What is written. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Writes beside the target, waits for the disk, then takes the target's place in one move.
     *
     * @throws DataException if it fails; what was there before stays
     */
    public static void write(Path file, Content content) {
        Path beside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            // By the user's own file permissions, which a temporary file of the JDK would not have.
            try (var channel = FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            move(beside, file);
            syncFolder(file);
        } catch (NoSuchFileException e) {
            throw new DataException(
                    "cannot write " + file + ": there is no folder "
                            + file.toAbsolutePath().getParent(),
                    e);
        } catch (AccessDeniedException e) {
            throw new DataException("cannot write " + file + ": no permission to write to its folder", e);
        } catch (IOException e) {
            throw new DataException("cannot write " + file + ": " + e.getMessage(), e);
        } finally {
            removeIfLeft(beside);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            // Some network file systems cannot; the file is complete all the same.
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The new name too is on the disk then, where a folder can be opened as a file. */
    private static void syncFolder(Path file) {
        try (var folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            System.getLogger(WholeFile.class.getName())
                    .log(System.Logger.Level.DEBUG, "the folder of " + file + " cannot be synced", e);
        }
    }

    private static void removeIfLeft(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(WholeFile.class.getName()).log(System.Logger.Level.WARNING, "cannot remove " + file, e);
        }
    }
}
