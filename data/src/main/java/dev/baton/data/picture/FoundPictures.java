package dev.baton.data.picture;

import static dev.baton.data.picture.FileTree.fileOf;
import static dev.baton.data.picture.FileTree.folderOf;

import dev.baton.DataException;
import dev.baton.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Gathers what lies in a folder or tar, and makes pictures of it. */
final class FoundPictures implements FileTree.Visitor {

    /** As many bytes of files, or as many files, are decoded together. */
    private static final long BYTES_AT_ONCE = 1 << 26;

    private static final int FILES_AT_ONCE = 4096;

    /** A file that is to be decoded. */
    private record Undecoded(String name, String classOf, byte[] content) {}

    /**
     * A picture.
     *
     * @param place where its values are kept; negative where there are none
     * @param size null where it is not known
     * @param failure why it could not be decoded; null where it was, or was not tried
     */
    private record Found(String name, String classOf, long place, PictureFile.Size size, Exception failure) {

        static Found undecoded(String name, String classOf) {
            return new Found(name, classOf, -1, null, null);
        }
    }

    private final Path path;
    private final Optional<String> part;
    private final Optional<PictureFile.Size> size;
    private final List<String> wanted;
    private final Set<String> leftOut;
    private final PictureStore store;
    private final Skips skips;
    private final List<Undecoded> undecoded = new ArrayList<>();
    private final List<Found> found = new ArrayList<>();
    private final List<String> misplaced = new ArrayList<>();
    private final CifarBinary cifar = new CifarBinary();
    private final Set<String> foldersOfCifar = new HashSet<>();
    private long undecodedBytes;

    /**
     * @param wanted the classes; null for all that are found
     * @param leftOut classes of which nothing is kept
     */
    FoundPictures(
            Path path,
            Optional<String> part,
            Optional<PictureFile.Size> size,
            List<String> wanted,
            Set<String> leftOut,
            PictureStore store,
            Skips skips) {
        this.path = path;
        this.part = part;
        this.size = size;
        this.wanted = wanted;
        this.leftOut = leftOut;
        this.store = store;
        this.skips = skips;
    }

    /** Whether a file is of the part that is read. */
    boolean isWanted(String name) {
        if (name.startsWith(".") || name.contains("/.")) {
            return false;
        }
        String file = fileOf(name);
        if (CifarBinary.is(file)) {
            return CifarBinary.describes(file) || part.isEmpty() || part.get().equals(CifarBinary.partOf(file));
        }
        return part.isEmpty() || ("/" + name).contains("/" + part.get() + "/");
    }

    @Override
    public void file(String name, byte[] content) {
        if (CifarBinary.is(fileOf(name))) {
            cifar.add(path + ", " + name, name, content);
            foldersOfCifar.add(folderOf(name));
            return;
        }
        String[] folders = name.split("/");
        // The folder in which those of the classes lie.
        int top = part.isEmpty() ? folders.length - 3 : List.of(folders).indexOf(part.get());
        if (folders.length != top + 3 || folders.length < 2) {
            misplaced.add(name);
            return;
        }
        String classOf = folders[top + 1];
        if (leftOut.contains(classOf) || wanted != null && !wanted.contains(classOf)) {
            found.add(Found.undecoded(name, classOf));
            return;
        }
        undecoded.add(new Undecoded(name, classOf, content));
        undecodedBytes += content.length;
        if (undecoded.size() >= FILES_AT_ONCE || undecodedBytes >= BYTES_AT_ONCE) {
            decode();
        }
    }

    private void decode() {
        List<PictureFile.Decoded> decoded = undecoded.parallelStream()
                .map(file -> PictureFile.decode(file.content(), size))
                .toList();
        for (int i = 0; i < decoded.size(); i++) {
            Undecoded file = undecoded.get(i);
            PictureFile.Decoded result = decoded.get(i);
            long place = result.values() == null ? -1 : store.add(result.values());
            found.add(new Found(file.name(), file.classOf(), place, result.size(), result.failure()));
        }
        undecoded.clear();
        undecodedBytes = 0;
    }

    @Override
    public void tooLarge(String name, long bytes) {
        skips.add(
                "are too large",
                path + ", " + name + " has " + bytes + " bytes; files of at most " + FileTree.LARGEST + " are read",
                null);
    }

    /** All of them, after the last file. */
    Pictures pictures() {
        decode();
        leaveOutWhatLiesBesideCifar();
        misplaced.forEach(name -> skips.add(
                "lie in no class's folder",
                path + ", " + name + " lies in no class's folder: "
                        + part.map(given -> given + "/").orElse("") + "CLASS/FILE is expected",
                null));
        requireOnePart();
        cifar.pictures(leftOut)
                .forEach(picture -> found.add(
                        picture.values() == null
                                ? Found.undecoded(picture.name(), picture.classOf())
                                : new Found(
                                        picture.name(),
                                        picture.classOf(),
                                        store.add(picture.values()),
                                        CifarBinary.SIZE,
                                        null)));
        var folders = new TreeSet<String>();
        found.forEach(picture -> folders.add(picture.classOf()));
        List<String> classes = wanted != null
                ? wanted
                : folders.stream().filter(name -> !leftOut.contains(name)).toList();
        List<Found> chosen = ofClasses(classes);
        Optional<PictureFile.Size> common = size.or(() -> firstSize(chosen));
        List<Found> usable = usable(chosen, common);
        String in = part.map(name -> path + ", " + name).orElse(path.toString());
        for (String name : classes) {
            if (usable.stream().noneMatch(picture -> picture.classOf().equals(name))) {
                long unusable = chosen.stream()
                        .filter(picture -> picture.classOf().equals(name))
                        .count();
                throw new DataException(
                        unusable > 0
                                ? "none of the " + unusable + " pictures of '" + name + "' in " + in + " can be used"
                                : "there are no pictures of '" + name + "' in " + in + "; the classes there are: "
                                        + (folders.isEmpty() ? "none" : String.join(", ", folders)));
            }
        }
        if (usable.isEmpty()) {
            throw new DataException("there are no pictures in " + in);
        }
        return inTurn(usable, common.get(), classes);
    }

    /** A text on the data lies in the same folder as CIFAR-10's files. */
    private void leaveOutWhatLiesBesideCifar() {
        found.removeIf(picture -> foldersOfCifar.contains(folderOf(picture.name())));
        misplaced.removeIf(name -> foldersOfCifar.contains(folderOf(name)));
    }

    private void requireOnePart() {
        if (part.isEmpty() && cifar.parts().size() > 1) {
            throw new DataException("CIFAR-10's files in " + path + " are those of "
                    + String.join(" and ", cifar.parts()) + "; say which of them is to be read");
        }
        var above = new TreeSet<String>();
        for (Found picture : found) {
            String folder = folderOf(folderOf(picture.name()));
            above.add(folder.isEmpty() ? path + " itself" : folder);
        }
        if (above.size() > 1) {
            throw new DataException("folders of classes lie in more than one folder of " + path + ": "
                    + String.join(" and ", above) + "; say which of them is to be read");
        }
    }

    private List<Found> ofClasses(List<String> classes) {
        var chosen = new ArrayList<Found>();
        for (Found picture : found) {
            if (classes.contains(picture.classOf())) {
                chosen.add(picture);
            } else if (!leftOut.contains(picture.classOf())) {
                skips.add(
                        "are of an unknown class",
                        path + ", " + picture.name() + ": '" + picture.classOf() + "' is an unknown class; known are "
                                + String.join(", ", classes),
                        null);
            }
        }
        return chosen;
    }

    /** The size of the first picture; empty where none can be read. */
    private static Optional<PictureFile.Size> firstSize(List<Found> chosen) {
        return chosen.stream()
                .filter(picture -> picture.place() >= 0)
                .map(Found::size)
                .findFirst();
    }

    private List<Found> usable(List<Found> chosen, Optional<PictureFile.Size> common) {
        var usable = new ArrayList<Found>();
        for (Found picture : chosen) {
            String where = path + ", " + picture.name();
            if (picture.size() == null) {
                skips.add(
                        "are no pictures that can be read",
                        where + " is no picture that can be read: "
                                + picture.failure().getMessage(),
                        picture.failure());
            } else if (common.isPresent() && !picture.size().equals(common.get())) {
                skips.add(
                        "are of another size",
                        where + " has " + picture.size() + "; "
                                + (size.isPresent() ? "expected are " : "the first picture has ") + common.get(),
                        null);
            } else {
                usable.add(picture);
            }
        }
        return usable;
    }

    /** Every class from its first picture to its last along the whole length. */
    private Pictures inTurn(List<Found> usable, PictureFile.Size size, List<String> classes) {
        var byClass = new HashMap<String, List<Found>>();
        usable.stream()
                .sorted(Comparator.comparing(Found::name))
                .forEach(picture -> byClass.computeIfAbsent(picture.classOf(), name -> new ArrayList<>())
                        .add(picture));
        record Placed(double order, int label, Found picture) {}
        var placed = new ArrayList<Placed>();
        for (int label = 0; label < classes.size(); label++) {
            List<Found> ofClass = byClass.get(classes.get(label));
            for (int i = 0; i < ofClass.size(); i++) {
                placed.add(new Placed((i + 0.5) / ofClass.size(), label, ofClass.get(i)));
            }
        }
        placed.sort(Comparator.comparingDouble(Placed::order).thenComparingInt(Placed::label));
        return new Pictures(
                Shape.of(3, size.height(), size.width()),
                classes,
                placed.stream().map(one -> one.picture().name()).toList(),
                store,
                placed.stream().mapToLong(one -> one.picture().place()).toArray(),
                placed.stream().mapToInt(Placed::label).toArray());
    }
}
