package dev.baton.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.DataException;
import dev.baton.NDArray;
import dev.baton.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ExamTest {

    private static Question.Picture picture(Exam exam, NDArray values) {
        return (Question.Picture) exam.question(0, values);
    }

    @Test
    void greyPicturesAreAsBrightAsTheirValues() {
        Question.Picture picture = picture(Exam.pictures(1, 4), NDArray.of(new float[] {0, 0.2f, 1, 7}));

        assertThat(picture.colour(0, 0)).isZero();
        assertThat(picture.colour(0, 1)).isEqualTo(0x333333);
        assertThat(picture.colour(0, 2)).isEqualTo(0xffffff);
        assertThat(picture.colour(0, 3)).as("brighter than white").isEqualTo(0xffffff);
    }

    @Test
    void coloursAreOneChannelAfterTheOther() {
        NDArray values = NDArray.of(Shape.of(3, 1, 2), 1f, 0f, 0f, 1f, 0f, 0.2f);

        Question.Picture picture = picture(Exam.pictures(1, 2), values);

        assertThat(picture.colour(0, 0)).isEqualTo(0xff0000);
        assertThat(picture.colour(0, 1)).isEqualTo(0x00ff33);
    }

    @Test
    void whatWasDoneToThePixelsIsTakenBack() {
        Exam exam = Exam.pictures(1, 1, (channel, value) -> value * 0.5 + 0.1 * channel);

        assertThat(picture(exam, NDArray.of(Shape.of(3, 1, 1), 0.4f, 0.4f, 0.4f))
                        .colour(0, 0))
                .isEqualTo(0x334d66);
    }

    @Test
    void otherThanAPictureIsRefused() {
        assertThatThrownBy(() -> picture(Exam.pictures(8, 8), NDArray.of(new float[63])))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "a picture of 8 x 8 pixels has 64 values, or three times as many in colour; these are [63]");
    }

    @Test
    void largePicturesAreShownAsMeansOfNeighbours() {
        Question.Picture picture = picture(Exam.pictures(3, 3), NDArray.of(new float[] {0, 1, 1, 1, 0, 0, 1, 0, 1}));

        Question.Picture small = picture.atMost(2);

        assertThat(small.height()).isEqualTo(2);
        assertThat(small.colour(0, 0)).as("the mean of 0, 1, 1, 0").isEqualTo(0x808080);
        assertThat(small.colour(0, 1)).as("of 1, 0 at the edge").isEqualTo(0x808080);
        assertThat(small.colour(1, 1)).as("the corner alone").isEqualTo(0xffffff);
    }

    @Test
    void thePageHoldsTheSamePixels() throws Exception {
        Question.Picture picture =
                picture(Exam.pictures(1, 3), NDArray.of(Shape.of(3, 1, 3), 1, 0, 0, 0, 1, 0, 0, 0, 1));
        String address = PngUrl.of(picture);

        assertThat(address).startsWith("data:image/png;base64,");
        byte[] png = Base64.getDecoder().decode(address.substring(address.indexOf(',') + 1));
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(image.getRGB(0, 0)).isEqualTo(0xffff0000);
        assertThat(image.getRGB(1, 0)).isEqualTo(0xff00ff00);
        assertThat(image.getRGB(2, 0)).isEqualTo(0xff0000ff);
    }

    @Test
    void tokensBecomeTheirText() {
        Exam exam = Exam.texts(token -> "abc".substring(token, token + 1));

        assertThat(exam.question(0, NDArray.of(new int[] {2, 0, 1}))).isEqualTo(new Question.Text("cab"));
    }

    @Test
    void aRowHasTheNamesOfItsColumns() {
        Exam exam = Exam.rows(List.of("width", "weight"));

        assertThat(exam.question(0, NDArray.of(new float[] {2, 0.5f})))
                .isEqualTo(new Question.Row(
                        List.of(new Question.Cell("width", "2.000"), new Question.Cell("weight", "0.5000"))));
        assertThatThrownBy(() -> exam.question(0, NDArray.of(new float[] {2})))
                .isInstanceOf(DataException.class)
                .hasMessage("a row has 2 columns, [width, weight]; these are [1]");
    }

    @Test
    void classesHaveNamesAndNumbersUnits() {
        Exam exam = Exam.numbers().classes(List.of("cat")).answers(value -> Math.round(value * 1000) + " dollars");

        assertThat(exam.className(0)).isEqualTo("cat");
        assertThat(exam.className(1)).isEqualTo("1");
        assertThat(exam.className(-1)).isEqualTo("NaN");
        assertThat(exam.answer(NDArray.of(new float[] {1, 2.5f}))).isEqualTo("1000 dollars, 2500 dollars");
    }
}
