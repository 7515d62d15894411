package io.espalier.method.search;

import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.List;

/**
 * How simulated annealing cools down.
 *
 * @param start temperature at the beginning, in units of the score
 * @param stop the search is over below this temperature
 * @param rate what the temperature is multiplied by after each candidate that is taken
 * @param perturbation the most that a share changes by at the start; falls with the temperature
 * @param evaluations the most candidates
 */
record Cooling(double start, double stop, double rate, double perturbation, int evaluations) {
  private static final String START = "start-temperature";
  private static final String STOP = "stop-temperature";
  private static final String RATE = "cool-down";
  private static final String PERTURBATION = "perturbation";
  private static final String EVALUATIONS = "evaluations";

  Cooling {
    require(stop > 0 && start >= stop, "0 < %s <= %s".formatted(STOP, START));
    require(rate > 0 && rate < 1, "0 < %s < 1".formatted(RATE));
    require(perturbation > 0 && perturbation <= 1, "0 < %s <= 1".formatted(PERTURBATION));
    require(evaluations > 0, EVALUATIONS + " >= 1");
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(
          "method '%s': settings must be such that %s".formatted(Annealing.ID, rule));
    }
  }

  static List<Setting> settings() {
    return List.of(
        Setting.number(START, 100, "temperature at the start, in units of the objective"),
        Setting.number(STOP, 20, "temperature at which the search ends"),
        Setting.number(RATE, 0.9, "factor of the temperature after each candidate that is taken"),
        Setting.number(
            PERTURBATION, 0.35, "most change of a share at the start; falls with the temperature"),
        Setting.integer(EVALUATIONS, 200, "most networks to measure"));
  }

  static Cooling of(Settings settings) {
    HeldOut.requireWithin(Annealing.ID, settings, EVALUATIONS, 1);
    return new Cooling(
        settings.number(START),
        settings.number(STOP),
        settings.number(RATE),
        settings.number(PERTURBATION),
        (int) settings.integer(EVALUATIONS));
  }

  /** How often the temperature falls until the search is over. */
  int steps() {
    int steps = 0;
    for (double temperature = start; temperature >= stop; temperature *= rate) {
      steps++;
    }
    return steps;
  }
}
