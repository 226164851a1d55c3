package dev.baton.core;

import java.io.IOException;
import java.util.Locale;

/** Why the native libraries cannot be loaded and what to do about it; the loader's own words follow in brackets. */
final class LoadFailure {

    /** The oldest GNU C library that has all that the native libraries ask for; {@code it/glibc.sh} holds them to it. */
    static final String OLDEST_GLIBC = "2.34";

    private static final String CACHE = "-Dorg.bytedeco.javacpp.cachedir";

    private LoadFailure() {}

    /**
     * @param artifact what brings all of them
     * @param platform for which
     */
    static String inWords(Throwable failure, String artifact, String platform) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String words = String.valueOf(root.getMessage());
        return advice(root, words.toLowerCase(Locale.ROOT), artifact, platform) + " (" + words + ")";
    }

    private static String advice(Throwable root, String words, String artifact, String platform) {
        if (words.contains("version `glibc_")) {
            return "the native libraries need glibc " + OLDEST_GLIBC + " or later, and this system's is older: "
                    + "Debian 12, Ubuntu 22.04 and Red Hat Enterprise Linux 9 are new enough";
        }
        if (words.contains("failed to map segment")) {
            return "the native libraries are unpacked to a folder from which nothing may be run, as on a file system "
                    + "that is mounted noexec: set " + CACHE + " to another folder";
        }
        if (words.contains("invalid elf header") || words.contains("file too short")) {
            return "the unpacked copy of a native library is damaged: delete it, and it is unpacked again";
        }
        if (words.contains("could not find")) {
            return "a native library is missing: dev.baton:baton-native and org.bytedeco:openblas must be on the class "
                    + "path with the classifier " + platform
                    + (platform.equals("linux-x86_64")
                            ? ", as a plain dependency on " + artifact + " brings them"
                            : ", beside the dependency on " + artifact);
        }
        if (words.contains("could not create the cache")) {
            return "the native libraries must be unpacked, and neither the home folder nor that for temporary files can "
                    + "be written: set " + CACHE + " to a folder that can";
        }
        if (root instanceof IOException) {
            return "the native libraries cannot be unpacked: set " + CACHE + " to a folder that can be written and has "
                    + "50 MB of room";
        }
        return "the native libraries cannot be loaded: " + root.getClass().getSimpleName();
    }
}
