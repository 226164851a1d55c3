package dev.baton.examples;

import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.runtime.Session;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells whether two runs have come to the same weights. */
final class Fingerprint {

    private Fingerprint() {}

    /** {@code sha256} and the hash of all parameters, in order, as little-endian float32. */
    static String of(Session session, Layer model) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (Parameter parameter : model.parameters()) {
                digest.update(session.value(parameter.name()).bytes());
            }
            return "sha256 " + HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
