package io.espalier.method.search;

import io.espalier.method.MethodKind;
import io.espalier.method.Methods;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.Workbench;
import io.espalier.surgery.Scores;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The criterion that says which units of a layer go, once a search has said how many.
 *
 * @param id the criterion
 * @param settings what the user chose of its settings, by name
 */
record InnerCriterion(String id, Map<String, String> settings) {
  private static final String NAME = "criterion";

  InnerCriterion {
    settings = new TreeMap<>(settings);
  }

  /** The setting that names it. */
  static Setting setting() {
    return Setting.text(
        NAME,
        "l1",
        "which units of a layer go first: any criterion, with settings as in"
            + " fpgm:formula=gram,norm-share=0.1");
  }

  /**
   * What {@code settings} say.
   *
   * @throws IllegalArgumentException if there is no such criterion, or a setting does not fit
   */
  static InnerCriterion of(Settings settings) {
    String text = settings.text(NAME);
    int colon = text.indexOf(':');
    String id = colon < 0 ? text : text.substring(0, colon);
    List<String> given = colon < 0 ? List.of() : List.of(text.substring(colon + 1).split(","));
    InnerCriterion inner = new InnerCriterion(id, Settings.split(given));
    if (Methods.get(id).info().kind() != MethodKind.CRITERION) {
      throw new IllegalArgumentException(
          "criterion=%s: that is no criterion, but prunes by itself; see 'espalier methods'"
              .formatted(id));
    }
    Methods.create(id, inner.settings());
    return inner;
  }

  /** The scores of the units of the network on the bench; infinite for those that must stay. */
  Scores scores(Workbench bench) {
    return bench.scores(id, settings);
  }

  /** As it is written in {@code --set}. */
  @Override
  public String toString() {
    String given =
        settings.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(","));
    return given.isEmpty() ? id : id + ":" + given;
  }
}
