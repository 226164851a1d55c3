package dev.baton.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What the loaders of some systems say, and what the user reads. */
class LoadFailureTest {

    /** As JavaCPP throws it: what it tried last, and the reason as the cause. */
    private static String inWords(String reason) {
        var failure = new UnsatisfiedLinkError("no jniNativeCore in java.library.path: /usr/lib");
        failure.initCause(new UnsatisfiedLinkError(reason));
        return LoadFailure.inWords(failure, "baton-backend-cpu", "linux-x86_64");
    }

    @Test
    void anOlderLibraryOfC() {
        String reason = "/cache/libbaton.so: /lib64/libc.so.6: version `GLIBC_2.34' not found (required by "
                + "/cache/libbaton.so)";
        assertThat(inWords(reason))
                .isEqualTo(
                        "the native libraries need glibc 2.34 or later, and this system's is older: Debian 12, Ubuntu "
                                + "22.04 and Red Hat Enterprise Linux 9 are new enough (" + reason + ")");
    }

    @Test
    void anotherLibraryOfCIsKnownBeforeAnythingIsLoaded() {
        String alpine = "55d0c8a3e000-55d0c8a3f000 r--p 00000000 08:01 2097 /usr/lib/jvm/java-17-openjdk/bin/java\n"
                + "7f6c1a2b4000-7f6c1a2c8000 r--p 00000000 08:01 1311 /lib/ld-musl-x86_64.so.1\n";
        String debian = "7f6c1a2b4000-7f6c1a2c8000 r-xp 00000000 08:01 1311 /usr/lib/x86_64-linux-musl/libc.so\n";
        String glibc = "7f6c1a2b4000-7f6c1a2c8000 r-xp 00000000 08:01 1311 /usr/lib/x86_64-linux-gnu/libc.so.6\n"
                + "7f6c1a3b4000-7f6c1a3c8000 r--s 00000000 08:01 1312 /home/musl/ld-musl-x86/baton.jar\n";
        assertThat(CoreLibrary.isMusl(alpine)).isTrue();
        assertThat(CoreLibrary.isMusl(debian)).isTrue();
        assertThat(CoreLibrary.isMusl(glibc)).isFalse();
    }

    @Test
    void aFolderFromWhichNothingMayBeRun() {
        String reason = "/cache/libbaton.so: failed to map segment from shared object";
        assertThat(inWords(reason))
                .isEqualTo("the native libraries are unpacked to a folder from which nothing may be run, as on a file "
                        + "system that is mounted noexec: set -Dorg.bytedeco.javacpp.cachedir to another folder ("
                        + reason + ")");
    }

    @Test
    void aDamagedCopy() {
        for (String damage : new String[] {"invalid ELF header", "file too short"}) {
            assertThat(inWords("/cache/libopenblas.so.0: " + damage))
                    .isEqualTo("the unpacked copy of a native library is damaged: delete it, and it is unpacked again "
                            + "(/cache/libopenblas.so.0: " + damage + ")");
        }
    }

    @Test
    void aMissingLibrary() {
        String reason = "Could not find openblas@.0 in class, module, and library paths.";
        assertThat(inWords(reason))
                .isEqualTo(
                        "a native library is missing: dev.baton:baton-native and org.bytedeco:openblas must be on the "
                                + "class path with the classifier linux-x86_64, as a plain dependency on baton-backend-cpu "
                                + "brings them (" + reason + ")");
    }

    @Test
    void aLibraryForAnotherPlatformThanThatOfAPlainDependency() {
        String reason = "Could not find libjniNativeCore.so in the class and module paths";
        assertThat(LoadFailure.inWords(new UnsatisfiedLinkError(reason), "baton-backend-cpu", "linux-arm64"))
                .isEqualTo(
                        "a native library is missing: dev.baton:baton-native and org.bytedeco:openblas must be on the "
                                + "class path with the classifier linux-arm64, beside the dependency on baton-backend-cpu ("
                                + reason + ")");
    }

    @Test
    void noFolderForTheCache() {
        String reason = "Could not create the cache: Set the \"org.bytedeco.javacpp.cachedir\" system property.";
        assertThat(LoadFailure.inWords(new IOException(reason), "baton-backend-cpu", "linux-x86_64"))
                .isEqualTo("the native libraries must be unpacked, and neither the home folder nor that for temporary "
                        + "files can be written: set -Dorg.bytedeco.javacpp.cachedir to a folder that can (" + reason
                        + ")");
    }

    @Test
    void aFullFileSystem() {
        assertThat(LoadFailure.inWords(new IOException("No space left on device"), "baton-backend-cpu", "linux-x86_64"))
                .isEqualTo(
                        "the native libraries cannot be unpacked: set -Dorg.bytedeco.javacpp.cachedir to a folder that "
                                + "can be written and has 50 MB of room (No space left on device)");
    }

    @Test
    void anythingElseInTheLoadersWords() {
        assertThat(LoadFailure.inWords(
                        new NoClassDefFoundError("org/bytedeco/javacpp/Loader"), "baton-backend-cpu", "linux-x86_64"))
                .isEqualTo("the native libraries cannot be loaded: NoClassDefFoundError (org/bytedeco/javacpp/Loader)");
    }
}
