package dev.baton.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.baton.DataException;
import dev.baton.Shape;
import dev.baton.nn.Linear;
import dev.baton.nn.ReLU;
import dev.baton.nn.Sequential;
import dev.baton.train.EpochResult;
import dev.baton.train.Summary;
import dev.baton.train.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {

    private static final Pattern DATA =
            Pattern.compile("<script id=\"data\" type=\"application/json\">(.*?)</script>", Pattern.DOTALL);

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("run.html");
    }

    private JsonObject data() throws IOException {
        var matcher = DATA.matcher(Files.readString(file()));
        assertThat(matcher.find()).isTrue();
        return JsonParser.parseString(matcher.group(1)).getAsJsonObject();
    }

    private static EpochResult result(int epoch, double accuracy) {
        return new EpochResult(
                epoch, 3, 0.5, Map.of("accuracy", accuracy), 1000, Duration.ofMillis(250), List.of(), Duration.ZERO);
    }

    @Test
    void isThereBeforeTheFirstStep() throws IOException {
        try (HtmlReport report = HtmlReport.to(file())) {
            assertThat(data().get("step").getAsLong()).isZero();
            assertThat(data().get("ended").getAsBoolean()).isFalse();
        }
        assertThat(data().get("ended").getAsBoolean()).isTrue();
    }

    @Test
    void holdsStepsAndEpochs() throws IOException {
        try (HtmlReport report = HtmlReport.to(file())) {
            report.batch(1, 1, 2, 2.5f);
            report.batch(1, 2, 2, Float.NaN);
            report.epoch(result(1, 0.25));
        }

        JsonObject loss = data().getAsJsonObject("loss");
        assertThat(loss.get("x")).hasToString("[1.0,2.0]");
        assertThat(loss.get("y")).as("JSON has no word for NaN").hasToString("[2.5,null]");
        assertThat(data().getAsJsonObject("metrics").getAsJsonObject("accuracy").get("y"))
                .hasToString("[0.25]");
        assertThat(data().getAsJsonObject("secondsWaited").get("y")).hasToString("[0.25]");
    }

    @Test
    void asksForWhatItShows() {
        HtmlReport report = HtmlReport.withoutFile();

        assertThat(report.watch()).isEqualTo(Watch.usual());
        assertThat(report.watching(Watch.nothing()).watch()).isEqualTo(Watch.nothing());
    }

    @Test
    void aRunThatGoesOnIsShownFromThere() throws IOException {
        try (HtmlReport report = HtmlReport.to(file())) {
            report.resumed(300, "another device");
            report.batch(2, 1, 2, 1);
        }

        assertThat(data().get("begunAfter").getAsLong()).isEqualTo(300);
        assertThat(data().getAsJsonObject("loss").get("x")).hasToString("[301.0]");
        assertThat(data().get("facts").toString()).contains("another device");
    }

    @Test
    void thePageOfTheRunSoFarStaysBesideThatOfTheRest() throws IOException {
        for (int go = 1; go <= 3; go++) {
            try (HtmlReport report = HtmlReport.to(file())) {
                if (go > 1) {
                    report.resumed(1, "");
                }
                report.batch(go, 1, 1, go);
            }
        }

        assertThat(data().getAsJsonObject("loss").get("y")).hasToString("[3.0]");
        assertThat(data().get("facts").toString()).contains("run-before-step-1-2.html");
        assertThat(Files.readString(folder.resolve("run-before-step-1.html"))).contains("\"y\":[1.0]");
        assertThat(Files.readString(folder.resolve("run-before-step-1-2.html"))).contains("\"y\":[2.0]");
    }

    @Test
    void aRunFromTheBeginningTakesThePlaceOfAnEarlierOneWithItsFirstStep() throws IOException {
        Files.writeString(file(), "an earlier run");
        try (HtmlReport report = HtmlReport.to(file())) {
            assertThat(file()).hasContent("an earlier run");
            report.batch(1, 1, 1, 1);

            assertThat(data().get("step").getAsLong()).isEqualTo(1);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }
    }

    @Test
    void aLongRunMakesNoLargePage() throws IOException {
        var run = new SampleRun();
        try (HtmlReport report = HtmlReport.to(file())) {
            report.exam(Exam.pictures(8, 8));
            run.tell(report, 1, 40, 400);
        }
        long before = Files.size(file());
        try (HtmlReport report = HtmlReport.to(file())) {
            report.exam(Exam.pictures(8, 8));
            run.tell(report, 1, 400, 400);
        }

        assertThat(Files.size(file())).isLessThan(2 * before);
        JsonObject data = data();
        assertThat(data.getAsJsonArray("papers").size()).isLessThanOrEqualTo(13);
        var papers = data.getAsJsonArray("papers");
        assertThat(papers.get(0).getAsJsonObject().get("epoch").getAsInt()).isEqualTo(1);
        assertThat(papers.get(papers.size() - 1).getAsJsonObject().get("epoch").getAsInt())
                .isEqualTo(400);
    }

    @Test
    void everyQuestionOfAPaperIsThere() throws IOException {
        try (HtmlReport report = HtmlReport.to(file())) {
            report.exam(Exam.pictures(8, 8));
            new SampleRun().tell(report, 1, 30, 30);
        }
        JsonObject data = data();
        var questions = data.getAsJsonObject("questions");
        for (var paper : data.getAsJsonArray("papers")) {
            for (String list : List.of("worst", "improved")) {
                for (var answer : paper.getAsJsonObject().getAsJsonArray(list)) {
                    String example = answer.getAsJsonObject().get("example").getAsString();
                    assertThat(questions.getAsJsonObject(example).get("picture").getAsString())
                            .startsWith("data:image/png;base64,");
                }
            }
        }
    }

    @Test
    void runsItsOwnScriptsAloneAndAsksNobody() {
        assertThat(Page.policy(false))
                .matches("default-src 'none'; img-src data:; style-src 'sha256-[^']+'; "
                        + "script-src 'sha256-[^']+' 'sha256-[^']+'; base-uri 'none'; form-action 'none'");
        assertThat(Page.policy(true)).endsWith("; connect-src 'self'");
    }

    @Test
    void namesNothingOutsideOfItself() throws IOException {
        HtmlReport.to(file()).close();
        String page = Files.readString(file());

        assertThat(page).doesNotContainPattern("(src|href)=\"(?!#|data:)").doesNotContain("sourceMappingURL");
        assertThat(page).contains("Chart.js Contributors", "Permission is hereby granted", "Jukka Kurkela");
    }

    @Test
    void aTagInATextIsNoTag() throws IOException {
        String evil = "</script><script>alert(1)</script><!--";
        try (HtmlReport report = HtmlReport.to(file())) {
            report.title(evil).fact("device", evil).bill(evil);
            report.warning(1, evil);
        }

        assertThat(Files.readString(file())).doesNotContain("alert(1)</script>").doesNotContain("<!--\"");
        assertThat(data().get("bill").getAsString()).isEqualTo(evil);
    }

    @Test
    void layersAreNamedAsTheSummaryDoes() throws IOException {
        var model = Sequential.of(new Linear(4, 3), new ReLU(), new Linear(3, 2));
        try (HtmlReport report = HtmlReport.to(file())) {
            report.summary(Summary.of(model, Shape.of(4)));
        }

        assertThat(data().get("layers")).hasToString("{\"0\":\"0: Linear\",\"1\":\"1: ReLU\",\"2\":\"2: Linear\"}");
        assertThat(data().get("summary").getAsString()).contains("0: Linear(4 -> 3)");
    }

    @Test
    void leavesNothingBesideTheFile() throws IOException {
        try (HtmlReport report = HtmlReport.to(file())) {
            report.epoch(result(1, 0.5));
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }
    }

    @Test
    void saysWhereItCannotWrite() {
        Path nowhere = folder.resolve("missing").resolve("run.html");

        assertThatThrownBy(() -> HtmlReport.to(nowhere))
                .isInstanceOf(DataException.class)
                .hasMessage("cannot write the report " + nowhere + ": there is no folder " + nowhere.getParent());
    }
}
