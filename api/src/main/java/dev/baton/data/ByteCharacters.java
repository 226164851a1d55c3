package dev.baton.data;

/**
 * The 256 bytes as tokens, and as characters that can be seen in a file, in GPT-2's order: first those that are visible
 * characters of Latin-1, which stand for themselves, then the others, as characters from 256 on.
 */
final class ByteCharacters {

    static final int COUNT = 256;

    private static final int[] BYTES = new int[COUNT];
    private static final int[] TOKENS = new int[COUNT];
    private static final int VISIBLE;

    static {
        int token = 0;
        for (int value = 0; value < COUNT; value++) {
            if (isVisible(value)) {
                BYTES[token++] = value;
            }
        }
        VISIBLE = token;
        for (int value = 0; value < COUNT; value++) {
            if (!isVisible(value)) {
                BYTES[token++] = value;
            }
        }
        for (int i = 0; i < COUNT; i++) {
            TOKENS[BYTES[i]] = i;
        }
    }

    private ByteCharacters() {}

    private static boolean isVisible(int value) {
        return value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xAC || value >= 0xAE;
    }

    static int byteOf(int token) {
        return BYTES[token];
    }

    static int tokenOf(int value) {
        return TOKENS[value];
    }

    static char characterOf(int token) {
        return (char) (token < VISIBLE ? BYTES[token] : COUNT + token - VISIBLE);
    }
}
