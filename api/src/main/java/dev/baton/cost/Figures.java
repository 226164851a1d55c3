package dev.baton.cost;

import java.util.Locale;

/** Numbers of any size for people. */
final class Figures {

    private static final String[] PREFIXES = {"", " k", " M", " G", " T", " P", " E"};

    private Figures() {}

    /** For instance {@code 312.0 T} for 3.12e14; with an exponent where there is no prefix. */
    static String quantity(double number) {
        if (number >= 1e21) {
            return String.format(Locale.ROOT, "%.3e", number);
        }
        int prefix = 0;
        double rest = number;
        while (rest >= 1000 && prefix < PREFIXES.length - 1) {
            rest /= 1000;
            prefix++;
        }
        return String.format(Locale.ROOT, prefix == 0 ? "%.0f%s" : "%.1f%s", rest, PREFIXES[prefix]);
    }

    /** For instance {@code 1.3 GB}, in powers of ten as data sheets have them. */
    static String bytes(double bytes) {
        String quantity = quantity(bytes);
        return quantity.contains(" ") ? quantity + "B" : quantity + " bytes";
    }

    /** For instance {@code 3.2 ms}, {@code 4.1 hours}, {@code 34 days}. */
    static String time(double seconds) {
        if (seconds < 1e-3) {
            return String.format(Locale.ROOT, "%.1f us", seconds * 1e6);
        }
        if (seconds < 1) {
            return String.format(Locale.ROOT, "%.2f ms", seconds * 1e3);
        }
        if (seconds < 120) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        if (seconds < 2 * 3600) {
            return String.format(Locale.ROOT, "%.1f minutes", seconds / 60);
        }
        if (seconds < 2 * 86400) {
            return String.format(Locale.ROOT, "%.1f hours", seconds / 3600);
        }
        double days = seconds / 86400;
        return days < 730
                ? String.format(Locale.ROOT, "%,.1f days", days)
                : String.format(Locale.ROOT, "%,.1f years", days / 365.25);
    }

    /** For instance {@code 3.2 kWh}; small ones in joules. */
    static String energy(double joules) {
        if (joules < 1) {
            return String.format(Locale.ROOT, "%.3g mJ", joules * 1e3);
        }
        if (joules < 3.6e5) {
            return joules < 1000 ? String.format(Locale.ROOT, "%.1f J", joules) : quantity(joules) + "J";
        }
        return joules < 3.6e6 ? String.format(Locale.ROOT, "%.3f kWh", joules / 3.6e6) : quantity(joules / 3600) + "Wh";
    }

    /** For instance {@code 431.2 kg}. */
    static String grams(double grams) {
        return grams < 1e6
                ? grams < 1000
                        ? String.format(Locale.ROOT, "%.3g g", grams)
                        : String.format(Locale.ROOT, "%.1f kg", grams / 1000)
                : String.format(Locale.ROOT, "%,.1f t", grams / 1e6);
    }

    static String money(double amount, String currency) {
        return String.format(Locale.ROOT, amount < 1 ? "%.6f %s" : "%,.2f %s", amount, currency);
    }
}
