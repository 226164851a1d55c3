package dev.baton.data.picture;

import dev.baton.DataException;
import dev.baton.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Gathers what lies in a folder or tar, and makes pictures of it. */
final class FoundPictures {

    /** A picture's file, not yet decoded; or its values, where they are known. */
    private record Found(String name, String classOf, byte[] content, byte[] values) {}

    /** A picture that can be used. */
    private record Usable(String name, String classOf, byte[] values) {}

    private final Path path;
    private final Optional<String> part;
    private final Optional<PictureFile.Size> size;
    private final Skips skips;
    private final List<Found> found = new ArrayList<>();
    private final Set<String> above = new LinkedHashSet<>();
    private final CifarBinary cifar = new CifarBinary();

    FoundPictures(Path path, Optional<String> part, Optional<PictureFile.Size> size, Skips skips) {
        this.path = path;
        this.part = part;
        this.size = size;
        this.skips = skips;
    }

    /** Whether a file is of the part that is read. */
    boolean isWanted(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        if (file.startsWith(".")) {
            return false;
        }
        if (CifarBinary.is(file)) {
            return CifarBinary.describes(file) || part.isEmpty() || part.get().equals(CifarBinary.partOf(file));
        }
        return part.isEmpty() || ("/" + name).contains("/" + part.get() + "/");
    }

    void add(String name, byte[] content) {
        String where = path + ", " + name;
        String[] folders = name.split("/");
        if (CifarBinary.is(folders[folders.length - 1])) {
            cifar.add(where, name, content);
            return;
        }
        // The folder in which those of the classes lie.
        int top = part.isEmpty() ? folders.length - 3 : List.of(folders).indexOf(part.get());
        if (folders.length != top + 3 || folders.length < 2) {
            skips.add(
                    "lie in no class's folder",
                    where + " lies in no class's folder: "
                            + part.map(given -> given + "/").orElse("") + "CLASS/FILE is expected",
                    null);
            return;
        }
        above.add(top < 0 ? "" : String.join("/", List.of(folders).subList(0, top + 1)));
        found.add(new Found(name, folders[top + 1], content, null));
    }

    /**
     * The pictures of some classes.
     *
     * @param wanted null for all that were found
     */
    Pictures pictures(List<String> wanted, Set<String> leftOut) {
        if (above.size() > 1) {
            throw new DataException("folders of classes lie in more than one folder of " + path + ": "
                    + String.join(" and ", above) + "; say which of them is to be read");
        }
        cifar.pictures()
                .forEach(picture -> found.add(new Found(picture.name(), picture.classOf(), null, picture.values())));
        var folders = new TreeSet<String>();
        found.forEach(picture -> folders.add(picture.classOf()));
        List<String> classes = wanted != null
                ? wanted
                : folders.stream().filter(name -> !leftOut.contains(name)).toList();
        List<Found> chosen = ofClasses(classes, leftOut);
        Optional<PictureFile.Size> common = size.or(() -> firstSize(chosen));
        List<Usable> usable = usable(chosen, common);
        String in = part.map(name -> path + ", " + name).orElse(path.toString());
        for (String name : classes) {
            if (usable.stream().noneMatch(picture -> picture.classOf().equals(name))) {
                throw new DataException("there are no pictures of '" + name + "' in " + in + "; the classes there are: "
                        + (folders.isEmpty() ? "none" : String.join(", ", folders)));
            }
        }
        if (usable.isEmpty()) {
            throw new DataException("there are no pictures in " + in);
        }
        return inTurn(usable, common.get(), classes);
    }

    private List<Found> ofClasses(List<String> classes, Set<String> leftOut) {
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
                .map(picture -> decode(picture, Optional.empty()))
                .filter(decoded -> decoded.values() != null)
                .map(PictureFile.Decoded::size)
                .findFirst();
    }

    private List<Usable> usable(List<Found> chosen, Optional<PictureFile.Size> common) {
        List<PictureFile.Decoded> decoded = IntStream.range(0, chosen.size())
                .parallel()
                .mapToObj(i -> decode(chosen.get(i), common))
                .toList();
        var usable = new ArrayList<Usable>();
        for (int i = 0; i < chosen.size(); i++) {
            Found picture = chosen.get(i);
            PictureFile.Decoded result = decoded.get(i);
            String where = path + ", " + picture.name();
            if (result.values() != null) {
                usable.add(new Usable(picture.name(), picture.classOf(), result.values()));
            } else if (result.size() != null) {
                skips.add(
                        "are of another size",
                        where + " has " + result.size() + "; "
                                + (size.isPresent() ? "expected are " : "the first picture has ") + common.get(),
                        null);
            } else {
                skips.add(
                        "are no pictures that can be read",
                        where + " is no picture that can be read: "
                                + result.failure().getMessage(),
                        result.failure());
            }
        }
        return usable;
    }

    private static PictureFile.Decoded decode(Found picture, Optional<PictureFile.Size> expected) {
        if (picture.values() == null) {
            return PictureFile.decode(picture.content(), expected);
        }
        boolean fits = expected.isEmpty() || expected.get().equals(CifarBinary.SIZE);
        return new PictureFile.Decoded(fits ? picture.values() : null, CifarBinary.SIZE, null);
    }

    /** Every class from its first picture to its last along the whole length. */
    private static Pictures inTurn(List<Usable> usable, PictureFile.Size size, List<String> classes) {
        var byClass = new HashMap<String, List<Usable>>();
        usable.stream()
                .sorted(Comparator.comparing(Usable::name))
                .forEach(picture -> byClass.computeIfAbsent(picture.classOf(), name -> new ArrayList<>())
                        .add(picture));
        record Placed(double place, int label, Usable picture) {}
        var placed = new ArrayList<Placed>();
        for (int label = 0; label < classes.size(); label++) {
            List<Usable> ofClass = byClass.get(classes.get(label));
            for (int i = 0; i < ofClass.size(); i++) {
                placed.add(new Placed((i + 0.5) / ofClass.size(), label, ofClass.get(i)));
            }
        }
        placed.sort(Comparator.comparingDouble(Placed::place).thenComparingInt(Placed::label));
        return new Pictures(
                Shape.of(3, size.height(), size.width()),
                classes,
                placed.stream().map(one -> one.picture().name()).toList(),
                placed.stream().map(one -> one.picture().values()).toArray(byte[][]::new),
                placed.stream().mapToInt(Placed::label).toArray());
    }
}
