package dev.baton.benchmarks.compare;

import java.util.Locale;

/** Numbers as tables show them. */
final class Numbers {

    /** In the place of what was not measured. */
    static final String NONE = "-";

    private Numbers() {}

    /** Four digits, or all those before the point. */
    static String of(Double number) {
        if (number == null) {
            return NONE;
        }
        int digits = Math.abs(number) >= 1000 ? 0 : Math.abs(number) >= 100 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + digits + "f", number);
    }

    static String percent(Double share) {
        return share == null ? NONE : String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    static String yesOrNo(Boolean truth) {
        return truth == null ? NONE : truth ? "yes" : "no";
    }

    /** As short as it can be, with two digits at most: 0.5, 0.33, 2. */
    static String inWords(double number) {
        return String.format(Locale.ROOT, "%.2f", number).replaceAll("\\.?0+$", "");
    }
}
