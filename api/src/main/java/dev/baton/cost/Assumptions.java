package dev.baton.cost;

import dev.baton.BatonException;
import java.util.Locale;
import java.util.Objects;

/**
 * What an estimate takes for granted about the place of a run, and cannot know. Each has a method to change it, and every
 * estimate prints them all.
 *
 * @param utilisation the share of a device's peak rate that a run reaches; not used where the rates were measured
 * @param overhead what the site takes for each unit of energy that the devices take (power usage effectiveness, PUE)
 * @param pricePerKilowattHour of electricity
 * @param pricePerDeviceHour of a device's rent beside its electricity; 0 where it is one's own
 * @param currency of both prices
 * @param gramsOfCo2PerKilowattHour of the electricity
 * @param communication of devices that train together
 */
public record Assumptions(
        double utilisation,
        double overhead,
        double pricePerKilowattHour,
        double pricePerDeviceHour,
        String currency,
        double gramsOfCo2PerKilowattHour,
        Communication communication) {

    public Assumptions {
        Objects.requireNonNull(communication, "communication");
        if (!(utilisation > 0 && utilisation <= 1)) {
            throw new BatonException("a utilisation is above 0 and at most 1, such as 0.4, not " + utilisation);
        }
        if (!(overhead >= 1)) {
            throw new BatonException("the overhead of a site (PUE) is at least 1, not " + overhead);
        }
        if (!(pricePerKilowattHour >= 0 && pricePerDeviceHour >= 0 && gramsOfCo2PerKilowattHour >= 0)) {
            throw new BatonException("prices and grams of CO2 are at least 0, not " + pricePerKilowattHour + ", "
                    + pricePerDeviceHour + " and " + gramsOfCo2PerKilowattHour);
        }
    }

    /**
     * The usual ones. Utilisation 0.4: between the 21 % that GPT-3 and the 46 % that PaLM reached of their devices' peak
     * (Chowdhery et al. 2022, "PaLM: Scaling Language Modeling with Pathways", table 3). Overhead 1.56: the mean of the
     * Uptime Institute's Global Data Center Survey 2024. 436 g CO2/kWh: the world's electricity of 2022 (Ember, Global
     * Electricity Review 2023). The price of 0.15 USD/kWh has no source: it depends on where you are.
     */
    public static Assumptions usual() {
        return new Assumptions(0.4, 1.56, 0.15, 0, "USD", 436, Communication.ring());
    }

    /** With another share of the peak rate. */
    public Assumptions utilisation(double share) {
        return new Assumptions(
                share,
                overhead,
                pricePerKilowattHour,
                pricePerDeviceHour,
                currency,
                gramsOfCo2PerKilowattHour,
                communication);
    }

    /** With another overhead of the site; 1 for a machine under the desk. */
    public Assumptions overhead(double pue) {
        return new Assumptions(
                utilisation,
                pue,
                pricePerKilowattHour,
                pricePerDeviceHour,
                currency,
                gramsOfCo2PerKilowattHour,
                communication);
    }

    /** With another price of electricity. */
    public Assumptions pricePerKilowattHour(double price) {
        return new Assumptions(
                utilisation, overhead, price, pricePerDeviceHour, currency, gramsOfCo2PerKilowattHour, communication);
    }

    /** With a rent of devices. Where it has the electricity in it, set the price of that to 0. */
    public Assumptions pricePerDeviceHour(double price) {
        return new Assumptions(
                utilisation, overhead, pricePerKilowattHour, price, currency, gramsOfCo2PerKilowattHour, communication);
    }

    /** With prices of another currency. */
    public Assumptions currency(String name) {
        return new Assumptions(
                utilisation,
                overhead,
                pricePerKilowattHour,
                pricePerDeviceHour,
                name,
                gramsOfCo2PerKilowattHour,
                communication);
    }

    /** With other electricity. */
    public Assumptions gramsOfCo2PerKilowattHour(double grams) {
        return new Assumptions(
                utilisation, overhead, pricePerKilowattHour, pricePerDeviceHour, currency, grams, communication);
    }

    /** With another way in which devices exchange what they learn; a ring unless this says otherwise. */
    public Assumptions communication(Communication way) {
        return new Assumptions(
                utilisation,
                overhead,
                pricePerKilowattHour,
                pricePerDeviceHour,
                currency,
                gramsOfCo2PerKilowattHour,
                Objects.requireNonNull(way, "way"));
    }

    /** What so much energy and so many hours of devices cost. */
    double money(double kilowattHours, double deviceHours) {
        return kilowattHours * pricePerKilowattHour + deviceHours * pricePerDeviceHour;
    }

    /** One line. */
    @Override
    public String toString() {
        return String.format(
                        Locale.ROOT,
                        "utilisation %.0f %% of the peak, overhead of the site (PUE) %.2f, %.2f %s/kWh, %.2f %s per device hour, "
                                + "%.0f g CO2/kWh",
                        100 * utilisation,
                        overhead,
                        pricePerKilowattHour,
                        currency,
                        pricePerDeviceHour,
                        currency,
                        gramsOfCo2PerKilowattHour)
                + (communication.equals(Communication.ring()) ? "" : ", between devices " + communication);
    }
}
