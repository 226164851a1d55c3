package dev.baton.report;

import dev.baton.metrics.Histogram;
import dev.baton.metrics.MarkedAnswer;
import dev.baton.metrics.MarkedPaper;
import dev.baton.train.EpochResult;
import dev.baton.train.LossChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a run has shown so far, of bounded size however long it is. Not safe for several threads. */
final class RunHistory {

    private static final int MOST_PAPERS = 12;
    private static final int MOST_CHANGES = 200;
    private static final int MOST_PARAMETERS = 200;
    private static final int MOST_WARNINGS = 50;

    private final Exam exam;
    private final Series loss = new Series();
    private final Series epochLoss = new Series();
    private final Series samplesPerSecond = new Series();
    private final Series secondsWaited = new Series();
    private final Map<String, Series> metrics = new LinkedHashMap<>();
    private Map<String, Double> latest = Map.of();
    private final Milestones<Change> changes = new Milestones<>(MOST_CHANGES);
    private final Map<String, Double> totals = new LinkedHashMap<>();
    private final Milestones<PaperData> papers = new Milestones<>(MOST_PAPERS);
    private final Map<Integer, QuestionData> questions = new TreeMap<>();
    private final Map<Integer, WatchedAnswers> watched = new TreeMap<>();
    private PageData.Weights firstWeights;
    private PageData.Weights lastWeights;
    private final List<PageData.Warning> warnings = new ArrayList<>();
    private long warningCount;
    private long begun;
    private long step;
    private long begunAfter;
    private int epoch;
    private int epochs;
    private double lastLoss = Double.NaN;

    private record Change(long step, double predicted, double measured, List<LossChange.Part> layers) {}

    private static final class WatchedAnswers {
        private final Series probability = new Series();
        private final Series loss = new Series();
        private AnswerData first;
        private AnswerData last;
    }

    RunHistory(Exam exam) {
        this.exam = exam;
    }

    void resumed(long after) {
        step = after;
        begunAfter = after;
    }

    void batch(int ofEpoch, float batchLoss) {
        epoch = ofEpoch - 1;
        if (begun == 0) {
            begun = System.nanoTime();
        }
        step++;
        lastLoss = batchLoss;
        loss.add(step, batchLoss);
    }

    void warning(long at, String text) {
        warningCount++;
        if (warnings.size() < MOST_WARNINGS) {
            warnings.add(new PageData.Warning(at, text));
        }
    }

    void examined(LossChange change) {
        List<LossChange.Part> layers = change.layers();
        changes.add(new Change(change.step(), change.predicted(), change.measured(), layers));
        layers.forEach(layer -> totals.merge(layer.name(), layer.gain(), Double::sum));
    }

    void marked(MarkedPaper paper) {
        for (MarkedAnswer answer : paper.watched()) {
            var one = watched.computeIfAbsent(answer.example(), example -> new WatchedAnswers());
            one.last = AnswerData.of(answer, exam);
            if (one.first == null) {
                one.first = one.last;
            }
            one.loss.add(paper.epoch(), answer.loss());
            if (answer instanceof MarkedAnswer.OfClass ofClass) {
                one.probability.add(paper.epoch(), ofClass.probability());
            }
        }
        papers.add(PaperData.of(paper, exam));
        Stream.of(paper.watched(), paper.worst(), paper.improved())
                .flatMap(List::stream)
                .forEach(answer -> questions.computeIfAbsent(
                        answer.example(), example -> QuestionData.of(exam.question(example, answer.question()))));
        forgetQuestions();
    }

    /** Those that no paper refers to any more. */
    private void forgetQuestions() {
        List<Integer> asked = papers.all().stream()
                .flatMap(paper -> Stream.concat(paper.worst().stream(), paper.improved().stream()))
                .map(AnswerData::example)
                .toList();
        questions.keySet().removeIf(example -> !watched.containsKey(example) && !asked.contains(example));
    }

    void weights(int at, List<Histogram> parameters) {
        lastWeights = new PageData.Weights(
                at, List.copyOf(parameters.subList(0, Math.min(MOST_PARAMETERS, parameters.size()))));
        if (firstWeights == null) {
            firstWeights = lastWeights;
        }
    }

    void epoch(EpochResult result) {
        epoch = result.epoch();
        epochs = result.epochs();
        latest = result.metrics();
        epochLoss.add(epoch, result.loss());
        samplesPerSecond.add(epoch, result.samplesPerSecond());
        secondsWaited.add(epoch, result.waited().toNanos() / 1e9);
        result.metrics()
                .forEach((name, value) ->
                        metrics.computeIfAbsent(name, any -> new Series()).add(epoch, value));
    }

    PageData data(long version, RunDescription description, boolean ended) {
        var curves = new LinkedHashMap<String, Series.Curve>();
        metrics.forEach((name, series) -> curves.put(name, series.curve()));
        return new PageData(
                version,
                description.title(),
                description.facts(),
                description.summary(),
                description.layers(),
                description.bill(),
                step,
                epoch,
                epochs,
                begunAfter,
                begun == 0 ? 0 : (System.nanoTime() - begun) / 1e9,
                ended,
                lastLoss,
                loss.curve(),
                epochLoss.curve(),
                curves,
                latest,
                samplesPerSecond.curve(),
                secondsWaited.curve(),
                changes(),
                papers.all(),
                watchedAnswers(),
                new TreeMap<>(questions),
                weightsByEpoch(),
                List.copyOf(warnings),
                warningCount);
    }

    private PageData.Changes changes() {
        List<Change> all = changes.all();
        var layers = new ArrayList<PageData.LayerChanges>();
        int index = 0;
        for (var total : totals.entrySet()) {
            int layer = index++;
            List<LossChange.Part> parts =
                    all.stream().map(change -> change.layers().get(layer)).toList();
            layers.add(new PageData.LayerChanges(
                    total.getKey(),
                    total.getValue(),
                    parts.stream().map(LossChange.Part::gain).toList(),
                    parts.stream().map(LossChange.Part::changeRatio).toList(),
                    parts.stream().map(LossChange.Part::direction).toList()));
        }
        return new PageData.Changes(
                all.stream().map(Change::step).toList(),
                all.stream().map(Change::predicted).toList(),
                all.stream().map(Change::measured).toList(),
                layers);
    }

    private List<PageData.Watched> watchedAnswers() {
        var answers = new ArrayList<PageData.Watched>();
        watched.forEach((example, one) -> answers.add(new PageData.Watched(
                example, one.last.right(), one.first, one.last, one.probability.curve(), one.loss.curve())));
        return answers;
    }

    private List<PageData.Weights> weightsByEpoch() {
        if (firstWeights == null) {
            return List.of();
        }
        return firstWeights == lastWeights ? List.of(firstWeights) : List.of(firstWeights, lastWeights);
    }
}
