package dev.baton.examples;

import dev.baton.nn.Layer;
import dev.baton.nn.Parameter;
import dev.baton.runtime.Session;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The hash of all parameters, in order, as little-endian float32: equal for equal weights. */
public final class Fingerprint {

    private Fingerprint() {}

    public static String of(Session session, Layer model) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (Parameter parameter : model.parameters()) {
                digest.update(session.value(parameter.name()).bytes());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
