package dev.baton.data.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.DataException;
import dev.baton.data.Examples;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableEncoderTest {

    private static final Table CARS = table("""
            id,fuel,power,doors,price
            1,gas,100,two,10
            2,diesel,,four,20
            3,gas,200,,30
            4,gas,300,two,40
            """);

    private static Table table(String text) {
        return TableReader.commas().read("cars", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void makesNumbersOfRows() {
        TableEncoder encoder = Columns.predicting("price").leavingOut("id").fit(CARS);
        Examples examples = encoder.examples(CARS);

        assertThat(encoder).hasToString("price from 3 columns as 6 numbers");
        assertThat(encoder.inputs())
                .containsExactly(
                        "fuel = diesel", "fuel = gas", "power", "power is missing", "doors = four", "doors = two");
        // Power 100, 200, 300: mean 200, deviation 81.65.
        float step = (float) (100 / Math.sqrt(20000.0 / 3));
        assertThat(examples.input(0)).containsExactly(0, 1, -step, 0, 0, 1);
        assertThat(examples.input(1)).containsExactly(1, 0, 0, 1, 1, 0);
        assertThat(examples.input(2)).containsExactly(0, 1, 0, 0, 0, 0);
        // Price 10 to 40: mean 25, deviation 11.18.
        assertThat(examples.target(3)[0]).isCloseTo((float) (15 / Math.sqrt(125)), within(1e-6f));
        assertThat(encoder.number(examples.target(3))).isCloseTo(40, within(1e-5));
        assertThat(examples).hasToString("4 examples of 6 values with a number each to predict");
    }

    @Test
    void learnsOnlyFromTheTrainingPart() {
        TableEncoder encoder = Columns.predicting("price")
                .leavingOut("id", "doors")
                .fit(CARS.part(0, 2).having("power"));

        assertThat(encoder.inputs()).containsExactly("fuel = gas", "power");
        // A category that the training part does not have is none of its; a gap where it had none is a mistake.
        assertThat(encoder.input(Map.of("fuel", "diesel", "power", "100"))).containsExactly(0, 0);
        assertThatThrownBy(() -> encoder.examples(CARS))
                .isInstanceOf(DataException.class)
                .hasMessage("cars, line 3, column 'power' has no value, and none was missing in the training part");
    }

    @Test
    void namesClasses() {
        TableEncoder encoder = Columns.classifying("fuel").leavingOut("id").fit(CARS);
        Examples examples = encoder.examples(CARS);

        assertThat(encoder.classes()).containsExactly("diesel", "gas");
        assertThat(examples.classes()).isEqualTo(2);
        assertThat(examples.label(0)).isEqualTo(1);
        assertThat(examples.label(1)).isZero();
        assertThatThrownBy(() -> encoder.number(new float[] {1})).hasMessage("column 'fuel' is predicted as a class");
        Table other = table("fuel,power,doors,price\nsteam,1,two,3\n");
        assertThatThrownBy(() -> encoder.examples(other))
                .hasMessage(
                        "cars, line 2, column 'fuel': 'steam', but the classes of the training part are diesel, gas");
    }

    @Test
    void refusesWhatDoesNotFit() {
        Columns columns = Columns.predicting("price");
        assertThatThrownBy(() -> columns.leavingOut("colour").fit(CARS))
                .hasMessage("cars has no column 'colour'; it has id, fuel, power, doors, price");
        assertThatThrownBy(() -> columns.leavingOut("price").fit(CARS))
                .hasMessage("column 'price' is said to be two different things");
        assertThatThrownBy(() -> columns.numbers("fuel").fit(CARS))
                .hasMessage("cars, line 2, column 'fuel': 'gas' is no number");
        assertThatThrownBy(() -> Columns.predicting("fuel").fit(CARS))
                .hasMessage("cars, line 2, column 'fuel': 'gas' is no number");
        assertThatThrownBy(() -> columns.fit(table("power,price\n100,1\n1OO,2\n300,3\n")))
                .hasMessage("cars, line 3, column 'power': '1OO' is no number, as are 1 of 3 values: mend it, say that "
                        + "it stands for no value (TableReader.missing), or that these are categories "
                        + "(Columns.categories)");
        assertThatThrownBy(() -> columns.fit(table("power,price\n,1\n,2\n")))
                .hasMessage("column 'power' has no value in any row: leave it out");
        assertThatThrownBy(() -> columns.fit(table("price\n1\n")))
                .hasMessage("there is no column besides 'price' to predict it from");
        TableEncoder encoder = columns.fit(CARS);
        assertThatThrownBy(() -> encoder.examples(table("id,fuel,power,doors,price\n1,gas,2,two,\n")))
                .hasMessage("cars, line 2, column 'price' has no value, and nothing can be learnt from the row: leave "
                        + "such rows out with Table.having(\"price\")");
        assertThatThrownBy(() -> encoder.input(Map.of("colour", "red")))
                .hasMessage(
                        "there is no column 'colour' that anything is predicted from; there are id, fuel, power, doors");
        assertThatThrownBy(() -> encoder.input(Map.of("id", "NaN"))).hasMessage("column 'id': 'NaN' is no number");
        assertThatThrownBy(encoder::classes).hasMessage("column 'price' is predicted as a number and has no classes");
    }

    @Test
    void manyTextsAreCategoriesOnlyWhereThatIsSaid() {
        var text = new StringBuilder("name,price\n");
        for (int i = 0; i < 101; i++) {
            text.append("car ").append(i).append(",").append(i).append("\n");
        }
        Table table = table(text.toString());

        assertThatThrownBy(() -> Columns.predicting("price").fit(table))
                .hasMessage("column 'name' has 101 different texts in 101 rows: leave it out if they name the rows, or "
                        + "say that they are categories (Columns.categories)");
        assertThat(Columns.predicting("price").categories("name").fit(table).inputs())
                .hasSize(101);
    }
}
