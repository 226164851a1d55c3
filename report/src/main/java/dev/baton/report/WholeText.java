package dev.baton.report;

import dev.baton.DataException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes a text that is there whole or not at all: beside its target, whose place it then takes in one move. */
final class WholeText {

    private WholeText() {}

    /**
     * @throws DataException if it fails; what was there before stays
     */
    static void write(Path file, String text) {
        Path beside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.writeString(beside, text, StandardOpenOption.CREATE_NEW);
            move(beside, file);
        } catch (NoSuchFileException e) {
            throw new DataException(
                    "cannot write the report " + file + ": there is no folder "
                            + file.toAbsolutePath().getParent(),
                    e);
        } catch (AccessDeniedException e) {
            throw new DataException("cannot write the report " + file + ": no permission to write to its folder", e);
        } catch (IOException e) {
            throw new DataException("cannot write the report " + file + ": " + e, e);
        } finally {
            removeIfLeft(beside);
        }
    }

    /**
     * Gives a file another name, with some words at the end of it and a number where there is such a file already.
     *
     * @return where it is now
     */
    static Path moveAside(Path file, String words) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.') < 0 ? name.length() : name.lastIndexOf('.');
        Path aside = file.resolveSibling(name.substring(0, dot) + words + name.substring(dot));
        for (int number = 2; Files.exists(aside); number++) {
            aside = file.resolveSibling(name.substring(0, dot) + words + "-" + number + name.substring(dot));
        }
        try {
            return Files.move(file, aside);
        } catch (IOException e) {
            throw new DataException("cannot keep the report " + file + " of the run so far as " + aside + ": " + e, e);
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

    private static void removeIfLeft(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(WholeText.class.getName()).log(System.Logger.Level.WARNING, "cannot remove " + file, e);
        }
    }
}
