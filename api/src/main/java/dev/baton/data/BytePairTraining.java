package dev.baton.data;

import dev.baton.data.BytePairs.Pair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Finds the pairs that are neighbours most often, one after the other. */
final class BytePairTraining {

    /** A word of the text, its tokens so far, and how often it occurs. */
    private static final class Word {

        private final int[] tokens;
        private final long count;
        private int length;

        Word(int[] tokens, long count) {
            this.tokens = tokens;
            this.count = count;
            this.length = tokens.length;
        }
    }

    /** How often a pair occurred at some time. */
    private record Counted(Pair pair, long count) {}

    /** The most frequent first; of those the one whose tokens are older. */
    private static final Comparator<Counted> ORDER = Comparator.comparingLong(Counted::count)
            .reversed()
            .thenComparingInt(one -> one.pair().left())
            .thenComparingInt(one -> one.pair().right());

    private final Map<Pair, Long> counts = new HashMap<>();
    private final Map<Pair, Set<Word>> places = new HashMap<>();

    void add(int[] tokens, long count) {
        count(new Word(tokens, count), 1);
    }

    /** Adds a word's pairs to the counts, or takes them away. */
    private Set<Pair> count(Word word, int sign) {
        var pairs = new LinkedHashSet<Pair>();
        for (int i = 0; i + 1 < word.length; i++) {
            var pair = new Pair(word.tokens[i], word.tokens[i + 1]);
            counts.merge(pair, sign * word.count, Long::sum);
            if (pairs.add(pair)) {
                Set<Word> words = places.computeIfAbsent(pair, unused -> new LinkedHashSet<>());
                if (sign > 0) {
                    words.add(word);
                } else {
                    words.remove(word);
                }
            }
        }
        return pairs;
    }

    /** At most so many pairs; fewer where no other occurs twice. */
    List<Pair> merges(int most) {
        var queue = new PriorityQueue<>(ORDER);
        counts.forEach((pair, count) -> queue.add(new Counted(pair, count)));
        var merges = new ArrayList<Pair>();
        while (merges.size() < most && !queue.isEmpty()) {
            Counted next = queue.remove();
            if (next.count() != counts.getOrDefault(next.pair(), 0L)) {
                // It has another place in the queue since then.
                continue;
            }
            if (next.count() < 2) {
                break;
            }
            int token = ByteCharacters.COUNT + merges.size();
            merges.add(next.pair());
            var changed = new LinkedHashSet<Pair>();
            for (Word word : List.copyOf(places.get(next.pair()))) {
                changed.addAll(count(word, -1));
                word.length = merge(word.tokens, word.length, next.pair(), token);
                changed.addAll(count(word, 1));
            }
            changed.forEach(pair -> {
                long count = counts.get(pair);
                if (count > 0) {
                    queue.add(new Counted(pair, count));
                } else {
                    counts.remove(pair);
                    places.remove(pair);
                }
            });
        }
        return merges;
    }

    /** Puts a token in the place of a pair wherever it is, from left to right, and gives the length that is left. */
    static int merge(int[] tokens, int length, Pair pair, int token) {
        int kept = 0;
        for (int i = 0; i < length; i++) {
            if (i + 1 < length && tokens[i] == pair.left() && tokens[i + 1] == pair.right()) {
                tokens[kept++] = token;
                i++;
            } else {
                tokens[kept++] = tokens[i];
            }
        }
        return kept;
    }
}
