package io.espalier.method.sparse.sss;

import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** The settings of the methods with proximal steps. */
final class ProximalSettings {
  private ProximalSettings() {}

  static Setting structures() {
    return Setting.choice(
        "structures",
        "channels",
        Structures.words(),
        "what bears factors: channels, groups of grouped convolutions, branches of residual adds");
  }

  static List<Setting> all(Stream<Setting> own) {
    Stream<Setting> shared =
        Stream.of(
            structures(),
            Setting.number("gamma", 0.01, "weight of the l1 penalty on the factors"),
            Setting.number(
                "gamma-growth",
                1,
                "what gamma is multiplied by after each epoch in which the zeros do not yet meet"
                    + " the budget"),
            Setting.flag("clamp", true, "whether factors stay 0 or more"));
    return Stream.of(shared, own, StructureSelection.Training.settings(20, 0.1))
        .flatMap(settings -> settings)
        .toList();
  }

  static Procedure selection(Settings settings, Function<Structures, Weighting> weighting) {
    ProximalFactors.Options options =
        new ProximalFactors.Options(
            settings.number("gamma"),
            settings.number("gamma-growth"),
            settings.number("momentum"),
            settings.flag("clamp"));
    return new StructureSelection(
        MethodKind.SPARSE_TRAINING,
        Structures.kinds(settings.choice("structures")),
        !options.clamped(),
        StructureSelection.Training.of(settings),
        (bench, structures) ->
            new ProximalFactors(structures.count(), options, weighting.apply(structures)));
  }
}
