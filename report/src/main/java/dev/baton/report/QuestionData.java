package dev.baton.report;

import java.util.List;

/** A question as the page shows it: of picture, text and cells one is there. */
record QuestionData(String picture, Integer width, Integer height, String text, List<Question.Cell> cells) {

    private static final int LONGEST_SIDE = 64;
    private static final int MOST_CHARACTERS = 600;
    private static final int MOST_CELLS = 64;

    static QuestionData of(Question question) {
        if (question instanceof Question.Picture picture) {
            Question.Picture small = picture.atMost(LONGEST_SIDE);
            return new QuestionData(PngUrl.of(small), small.width(), small.height(), null, null);
        }
        if (question instanceof Question.Text text) {
            return new QuestionData(null, null, null, shortened(text.text()), null);
        }
        List<Question.Cell> cells = ((Question.Row) question).cells();
        return new QuestionData(null, null, null, null, cells.subList(0, Math.min(MOST_CELLS, cells.size())));
    }

    private static String shortened(String text) {
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + " ...";
    }
}
