package dev.baton.nn;

import dev.baton.BatonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a model calls the tensors of a file that somebody else has written: rules that are tried one after the other, each
 * on what the one before it has made of the name. Immutable.
 *
 * <pre>{@code
 * TensorNames.asTheyAre()
 *         .rename("module\\.(.*)", "$1")                  // what PyTorch's DataParallel puts before every name
 *         .leaveAside(".*\\.attn\\.bias")                 // masks, which no training changes
 * }</pre>
 */
public final class TensorNames {

    private static final TensorNames AS_THEY_ARE = new TensorNames(List.of());

    /** Without a replacement the tensor is left aside. */
    private record Rule(Pattern pattern, String replacement) {}

    private final List<Rule> rules;

    private TensorNames(List<Rule> rules) {
        this.rules = rules;
    }

    /** The file's names are the model's. */
    public static TensorNames asTheyAre() {
        return AS_THEY_ARE;
    }

    /**
     * Renames what matches. Two tensors of a file may get the same name where they are equal, as tied weights are that were
     * saved twice.
     *
     * @param pattern a regular expression for the whole name
     * @param name the new one, in which {@code $1} stands for the first group
     * @throws BatonException if the pattern is none
     */
    public TensorNames rename(String pattern, String name) {
        return with(new Rule(compile(pattern), name));
    }

    /**
     * Leaves aside what matches: the model does not need it.
     *
     * @param pattern a regular expression for the whole name
     * @throws BatonException if the pattern is none
     */
    public TensorNames leaveAside(String pattern) {
        return with(new Rule(compile(pattern), null));
    }

    private TensorNames with(Rule rule) {
        var all = new ArrayList<>(rules);
        all.add(rule);
        return new TensorNames(List.copyOf(all));
    }

    private static Pattern compile(String pattern) {
        try {
            return Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new BatonException("'" + pattern + "' is no regular expression for names: " + e.getDescription(), e);
        }
    }

    /**
     * The model's name of a tensor; empty where it is left aside.
     *
     * @throws BatonException if a new name asks for a group that its pattern does not have
     */
    public Optional<String> of(String tensor) {
        String name = tensor;
        for (Rule rule : rules) {
            Matcher matcher = rule.pattern().matcher(name);
            if (matcher.matches()) {
                if (rule.replacement() == null) {
                    return Optional.empty();
                }
                name = replaced(matcher, rule);
            }
        }
        return Optional.of(name);
    }

    private static String replaced(Matcher matcher, Rule rule) {
        try {
            var name = new StringBuilder();
            matcher.appendReplacement(name, rule.replacement());
            return name.toString();
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new BatonException(
                    "the new name '" + rule.replacement() + "' does not fit the pattern '" + rule.pattern() + "': "
                            + e.getMessage(),
                    e);
        }
    }
}
