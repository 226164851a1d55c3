package dev.baton.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.baton.NDArray;
import dev.baton.metrics.Histogram;
import dev.baton.metrics.MarkedAnswer;
import dev.baton.metrics.MarkedPaper;
import dev.baton.report.Exam;
import dev.baton.report.HtmlReport;
import dev.baton.report.LiveView;
import dev.baton.train.EpochResult;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens what {@code --report} and {@code --live} show of real runs in a browser. */
class ReportTest extends ExampleTest {

    private static final List<String> SECTIONS =
            List.of("learning", "questions", "blame", "corrected", "cost", "model");

    @TempDir
    private static Path folder;

    private static Browser browser;

    @BeforeAll
    static void open() throws Exception {
        Path program = Browser.installed().orElse(null);
        assumeTrue(program != null, "no Chromium on the PATH: nobody looks at the report");
        browser = new Browser(program, Files.createDirectory(folder.resolve("profile")));
    }

    @AfterAll
    static void close() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    private Path digits() {
        Path file = folder.resolve("digits.html");
        assertThat(run("digits", "--epochs", "3", "--limit", "1000", "--report", file.toString()))
                .as(err.toString())
                .isZero();
        return file;
    }

    private static void assertCalm() {
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.requests())
                .as("the page asks no network")
                .allMatch(address -> address.startsWith("file:") || address.startsWith("data:"));
    }

    @Test
    void everySectionOfARunOfDigitsHasContentAtEveryWidth() throws Exception {
        assertEverySection(digits(), 10, 8, "finished: 3 epochs", "Linear(64 -> 256)");
    }

    @Test
    void everySectionOfARunOfPetsHasContentAtEveryWidth() throws Exception {
        Path pictures = Files.createDirectories(folder.resolve("pictures"));
        PetPictures.write(pictures);
        Path file = folder.resolve("pets.html");
        assertThat(run("pets", "--data", pictures.toString(), "--epochs", "2", "--report", file.toString(), "--bill"))
                .as(err.toString())
                .isZero();
        assertEverySection(file, 3, 6, "finished: 2 epochs", "Conv2d(3 -> 32, 3 x 3, padding 1, no bias)");
        assertThat(browser.value("document.querySelector('#worst').textContent"))
                .containsPattern("bird|cat|dog");
        // All that are held out, in colour and as large as they are.
        assertThat(browser.value("[...document.querySelectorAll('#worst img')]"
                        + ".filter(picture => picture.naturalWidth === 32 && picture.naturalHeight === 32).length"))
                .isEqualTo("6");
        assertThat(browser.value("document.getElementById('bill').textContent")).contains("predicted", "measured");
    }

    private static void assertEverySection(Path file, int classes, int answers, String state, String layer)
            throws Exception {
        for (int width : List.of(1280, 390, 320)) {
            browser.size(width, 844);
            browser.open(file.toUri());
            assertThat(browser.value("document.documentElement.scrollWidth"))
                    .as("no scrolling sideways")
                    .isEqualTo(Integer.toString(width));
            for (String section : SECTIONS) {
                assertThat(browser.value("document.getElementById('" + section + "').hidden"))
                        .as(section)
                        .isEqualTo("false");
            }
            assertThat(browser.value("document.querySelectorAll('#worst article').length"))
                    .isEqualTo(Integer.toString(answers));
            assertThat(browser.value("document.querySelectorAll('#confusion tbody tr').length"))
                    .isEqualTo(Integer.toString(classes));
            assertThat(browser.value("document.getElementById('state').textContent"))
                    .isEqualTo(state);
            assertThat(browser.value("document.getElementById('summary').textContent"))
                    .contains(layer);
            assertCalm();
        }
    }

    @Test
    void everyChartIsDrawnOnLightAndOnDark() throws Exception {
        Path file = digits();
        browser.size(1280, 844);
        for (boolean dark : new boolean[] {false, true}) {
            browser.dark(dark);
            browser.open(file.toUri());
            // A canvas that shows nothing has no pixel that is not transparent.
            assertThat(browser.value("[...document.querySelectorAll('canvas')].filter(canvas => canvas.offsetParent)"
                            + ".filter(canvas => !canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
                            + ".data.some(value => value > 0)).map(canvas => canvas.id)"))
                    .isEmpty();
            assertThat(Integer.parseInt(browser.value("document.querySelectorAll('canvas').length")))
                    .isGreaterThan(15);
            assertThat(browser.value("[...document.querySelectorAll('.chart canvas')]"
                            + ".filter(canvas => !canvas.getAttribute('aria-label')).length"))
                    .as("charts without words for who cannot see them")
                    .isEqualTo("0");
            assertCalm();
        }
        browser.dark(false);
    }

    @Test
    void anEarlierExamIsShownWhereItIsChosen() throws Exception {
        browser.open(digits().toUri());
        browser.value("(() => { const paper = document.getElementById('paper'); paper.value = 0;"
                + " paper.dispatchEvent(new Event('input')); })()");

        assertThat(browser.value("document.getElementById('paper-epoch').textContent"))
                .isEqualTo("1");
        assertCalm();
    }

    @Test
    void namesThatAreHtmlDoNoHarm() throws Exception {
        String evil = "<script>document.title='stolen'</script><img src=x onerror=\"document.title='stolen'\">";
        Path file = folder.resolve("evil.html");
        try (HtmlReport report = HtmlReport.to(file)) {
            report.title(evil)
                    .exam(Exam.numbers().classes(List.of(evil, evil)))
                    .fact("device", evil)
                    .bill(evil);
            report.batch(1, 1, 1, 1);
            report.warning(1, evil);
            report.epoch(new EpochResult(1, 1, 0.5, Map.of(evil, 0.25), 1000, Duration.ZERO, List.of(), Duration.ZERO));
        }
        browser.open(file.toUri());

        assertThat(browser.value("document.title")).isEqualTo(evil);
        assertThat(browser.value("document.getElementById('bill').textContent")).isEqualTo(evil);
        assertThat(browser.value("document.querySelectorAll('script').length")).isEqualTo("3");
        assertThat(browser.value("document.querySelectorAll('img').length")).isEqualTo("0");
        assertCalm();
    }

    @Test
    void whatIsWrongInATextIsMarked() throws Exception {
        Path file = folder.resolve("text.html");
        var answer = new MarkedAnswer.OfSequence(
                0, NDArray.of(new int[] {0, 1, 0}), List.of(1, 0, 1), List.of(1, 1, 1), 0.5, List.of(0.75));
        try (HtmlReport report = HtmlReport.to(file)) {
            report.exam(Exam.texts(token -> "ab".substring(token, token + 1)).classes(List.of("a", "b")));
            report.batch(1, 1, 1, 1);
            report.marked(new MarkedPaper(
                    1,
                    1,
                    List.of(answer),
                    List.of(answer),
                    List.of(answer),
                    Histogram.of("losses", new double[] {0.5}, 10),
                    Optional.empty()));
            report.epoch(result(1));
        }
        browser.open(file.toUri());

        assertThat(browser.value("document.querySelector('#worst pre').textContent"))
                .isEqualTo("aba");
        assertThat(browser.value("document.querySelector('#worst article').textContent"))
                .contains("right:bab", "answered:bbb", "loss 0.5; an epoch before 0.75");
        assertThat(browser.value("[...document.querySelectorAll('#worst mark')].map(mark => mark.title)"))
                .isEqualTo("right is a");
        assertThat(browser.value("document.getElementById('confusion-part').hidden"))
                .isEqualTo("true");
        assertCalm();
    }

    private static EpochResult result(int epoch) {
        return new EpochResult(epoch, 3, 0.5, Map.of("accuracy", 0.25), 1000, Duration.ZERO, List.of(), Duration.ZERO);
    }

    @Test
    void theLiveViewFollowsARunToItsEnd() throws Exception {
        HtmlReport report = HtmlReport.withoutFile();
        report.batch(1, 1, 2, 2.5f);
        URI address;
        try (LiveView view = LiveView.of(report, 0)) {
            address = view.address();
            browser.size(390, 844);
            browser.open(address);
            browser.value("window.untouched = true");
            assertThat(browser.value("document.getElementById('state').textContent"))
                    .isEqualTo("running: epoch 1");
            report.batch(1, 2, 2, 1.5f);
            report.epoch(result(1));

            browser.await("document.getElementById('state').textContent === 'running: epoch 2 of 3'");
            assertThat(browser.value("document.querySelectorAll('#metrics canvas').length"))
                    .isEqualTo("1");
        }
        browser.await("document.getElementById('state').textContent === 'ended after epoch 1 of 3'");

        assertThat(browser.value("untouched"))
                .as("the page was not loaded anew")
                .isEqualTo("true");
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.requests())
                .allMatch(asked -> asked.startsWith(address.toString()) || asked.startsWith("data:"));
    }
}
