package dev.baton.data.picture;

import dev.baton.DataException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** The files of a folder, or of a tar as if it had been unpacked into one. */
final class FileTree {

    /** A tar ends with two blocks of zeros. */
    private static final int BLOCK = 512;

    /** In bytes. */
    static final int LARGEST = 1 << 28;

    /** Takes a file. */
    interface Visitor {

        /**
         * @param name within the folder, with {@code /} between its parts
         */
        void file(String name, byte[] content);

        /** A file that is larger than any that is read. */
        void tooLarge(String name, long bytes);
    }

    private FileTree() {}

    /**
     * Reads files whose name is wanted. Links in folders are followed.
     *
     * @throws DataException naming what cannot be read
     */
    static void read(Path path, Predicate<String> wanted, Visitor visitor) {
        try {
            if (Files.isDirectory(path)) {
                readFolder(path, wanted, visitor);
            } else if (!Files.exists(path)) {
                throw new DataException("there is no " + path);
            } else if (isTar(path)) {
                readTar(path, wanted, visitor);
            } else {
                throw new DataException(path + " is neither a folder nor a tar (.tar, .tar.gz or .tgz)");
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        } catch (UncheckedIOException e) {
            // So a walk fails at a folder that cannot be read, or at a link to one around it.
            throw unreadable(path, e.getCause());
        }
    }

    private static DataException unreadable(Path path, IOException e) {
        String kind = e.getClass().getSimpleName().replace("Exception", "");
        return new DataException("cannot read " + path + ": " + kind + ", " + e.getMessage(), e);
    }

    private static void readFolder(Path folder, Predicate<String> wanted, Visitor visitor) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            String name = folder.relativize(file).toString().replace('\\', '/');
            if (!wanted.test(name)) {
                continue;
            }
            long size = Files.size(file);
            if (size > LARGEST) {
                visitor.tooLarge(name, size);
            } else {
                visitor.file(name, Files.readAllBytes(file));
            }
        }
    }

    private static boolean isTar(Path path) {
        String name = path.getFileName().toString();
        return name.endsWith(".tar") || isCompressed(path);
    }

    private static boolean isCompressed(Path path) {
        String name = path.getFileName().toString();
        return name.endsWith(".tar.gz") || name.endsWith(".tgz");
    }

    private static void readTar(Path tar, Predicate<String> wanted, Visitor visitor) throws IOException {
        if (!isCompressed(tar)) {
            requireEnd(tar);
        }
        String last = null;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(tar), 1 << 16);
                InputStream bytes = isCompressed(tar) ? new GZIPInputStream(file, 1 << 16) : file;
                var archive = new TarArchiveInputStream(bytes)) {
            for (TarArchiveEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                last = withoutPoint(entry.getName());
                if (entry.isDirectory() || !wanted.test(last)) {
                    continue;
                }
                if (entry.isSymbolicLink() || entry.isLink()) {
                    throw new DataException(
                            tar + ", " + last + " is a link, and links are not followed: pack the files "
                                    + "themselves (tar --dereference --hard-dereference)");
                }
                if (entry.isFile() && entry.getSize() > LARGEST) {
                    visitor.tooLarge(last, entry.getSize());
                } else if (entry.isFile()) {
                    byte[] content = archive.readNBytes((int) entry.getSize());
                    if (content.length < entry.getSize()) {
                        throw new EOFException("it ends in the middle of a file");
                    }
                    visitor.file(last, content);
                }
            }
            // Only whoever reads gzip to its end learns whether its checksum is right.
            bytes.transferTo(OutputStream.nullOutputStream());
        } catch (IOException | IllegalArgumentException e) {
            throw new DataException(
                    tar + " is no tar, or is damaged or cut short, "
                            + (last == null ? "at its first file" : "at or after " + last)
                            + " (" + e.getMessage() + "): get it anew",
                    e);
        }
    }

    /** The last part of a name. */
    static String fileOf(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** A name without its last part; empty where it has no other. */
    static String folderOf(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }

    /** tar of "." has names that begin with "./". */
    private static String withoutPoint(String name) {
        return name.startsWith("./") ? name.substring(2) : name;
    }

    /** One that was cut between two files reads like a shorter one, but for its end. */
    private static void requireEnd(Path tar) throws IOException {
        try (var file = new RandomAccessFile(tar.toFile(), "r")) {
            var end = new byte[2 * BLOCK];
            boolean ends = file.length() >= end.length && file.length() % BLOCK == 0;
            if (ends) {
                file.seek(file.length() - end.length);
                file.readFully(end);
                for (byte value : end) {
                    ends &= value == 0;
                }
            }
            if (!ends) {
                throw new DataException(
                        tar + " is no tar, or is cut short: it does not end with two blocks of zeros; get it anew");
            }
        }
    }
}
