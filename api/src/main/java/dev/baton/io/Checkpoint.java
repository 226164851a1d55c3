package dev.baton.io;

import dev.baton.BatonException;
import dev.baton.DataException;
import dev.baton.NDArray;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A moment of a training run in a file: the variables, and texts about where the run was. The file is a {@link
 * Safetensors} file with a checksum over all of it.
 *
 * @param variables by name, laid out as in the session
 * @param texts what else the next step depends on
 */
public record Checkpoint(Map<String, NDArray> variables, Map<String, String> texts) {

    private static final String FORMAT = "format";
    private static final String NAME = "baton-checkpoint";
    private static final String VERSION = "version";
    private static final String CHECKSUM = "sha256";

    /** What this class writes, and the newest that it reads. */
    private static final int NEWEST = 1;

    /** Neither map may change afterwards; names that the format needs for itself are refused. */
    public Checkpoint {
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
        texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
        for (String own : new String[] {FORMAT, VERSION, CHECKSUM}) {
            if (texts.containsKey(own)) {
                throw new BatonException("a checkpoint has its own text '" + own + "'");
            }
        }
    }

    /**
     * Writes the file, whole or not at all.
     *
     * @throws DataException if the file cannot be written; the one that was there stays
     */
    public void write(Path file) {
        var metadata = new LinkedHashMap<String, String>();
        metadata.put(FORMAT, NAME);
        metadata.put(VERSION, Integer.toString(NEWEST));
        metadata.put(CHECKSUM, checksum());
        metadata.putAll(texts);
        Safetensors.write(file, variables, metadata);
    }

    /**
     * Reads a file.
     *
     * @throws DataException if it cannot be read, is no checkpoint, was written by a newer version, or is damaged
     */
    public static Checkpoint read(Path file) {
        Safetensors.Contents contents = Safetensors.contents(file);
        var texts = new LinkedHashMap<>(contents.metadata());
        if (!NAME.equals(texts.remove(FORMAT))) {
            throw new DataException(file + ": this is no checkpoint but a file of arrays alone, as weights are saved");
        }
        String version = texts.remove(VERSION);
        if (version == null || !version.matches("[1-9][0-9]{0,8}")) {
            throw new DataException(file + ": the version of the checkpoint is '" + version + "', not a number");
        }
        if (Integer.parseInt(version) > NEWEST) {
            throw new DataException(file + ": a newer version of Baton wrote this checkpoint, in format " + version
                    + "; this one reads formats up to " + NEWEST + ": use the version that wrote it, or a later one");
        }
        String wanted = texts.remove(CHECKSUM);
        var checkpoint = new Checkpoint(contents.arrays(), texts);
        if (!checkpoint.checksum().equals(wanted)) {
            throw new DataException(file + ": the checkpoint is damaged: what it holds does not match its checksum");
        }
        return checkpoint;
    }

    /** Of every name, text, type, shape and value. */
    private String checksum() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new BatonException("every Java platform has SHA-256", e);
        }
        new TreeMap<>(texts).forEach((name, text) -> {
            add(digest, name);
            add(digest, text);
        });
        variables.forEach((name, array) -> {
            add(digest, name);
            add(digest, array.dtype() + " " + array.shape());
            digest.update(Safetensors.littleEndian(array));
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(new byte[] {
            (byte) (bytes.length >> 24), (byte) (bytes.length >> 16), (byte) (bytes.length >> 8), (byte) bytes.length
        });
        digest.update(bytes);
    }
}
