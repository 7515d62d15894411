package io.espalier.method.sparse.sss;

import io.espalier.method.KeptCounts;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.Workbench;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Sparse structure selection with gates that an ever steeper sigmoid pushes to 0 or 1. */
public final class SssAlpha implements MethodProvider {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "sss-alpha",
        MethodKind.GATE,
        "Sparse structure selection with sharpening sigmoid gates",
        "variation of Huang, Wang; ECCV 2018; arXiv:1707.01213",
        2018,
        Set.of(Need.TRAINING),
        Stream.concat(own(), StructureSelection.Training.settings(5, 0.1)).toList(),
        "Trains gates on structures that an ever steeper sigmoid pushes to 0 or 1.");
  }

  private static Stream<Setting> own() {
    return Stream.of(
        ProximalSettings.structures(),
        Setting.choice(
            "penalty",
            "share",
            List.of("share", "sum"),
            "share: gamma times the squared distance of the mean gate to keep; sum: gamma times"
                + " the sum of the gates"),
        Setting.number("gamma", 10, "weight of the penalty; for penalty=sum 0.01 or less"),
        Setting.number(
            "keep", 0.5, "share of the gates to keep where no budget says it, for penalty=share"),
        Setting.number("alpha-first", 1, "steepness of the sigmoid in the first step"),
        Setting.number("alpha-last", 30, "steepness of the sigmoid in the last step"),
        Setting.number("start", 0.6, "the gates in the first step, above 0.5 and below 1"),
        Setting.number("gate-rate", 20, "what the learning rate is multiplied by for theta"));
  }

  @Override
  public Procedure create(Settings settings) {
    SigmoidFactors.Options options =
        new SigmoidFactors.Options(
            SigmoidFactors.Penalty.valueOf(settings.choice("penalty").toUpperCase(Locale.ROOT)),
            settings.number("gamma"),
            settings.number("keep"),
            settings.number("alpha-first"),
            settings.number("alpha-last"),
            settings.number("start"),
            settings.number("gate-rate"),
            settings.number("momentum"));
    return new StructureSelection(
        MethodKind.GATE,
        Structures.kinds(settings.choice("structures")),
        false,
        StructureSelection.Training.of(settings),
        (bench, structures) ->
            new SigmoidFactors(
                structures.count(), options.withKeep(keep(bench, structures, options.keep()))));
  }

  /** The share of units that a uniform cut to the budget would leave; without one as asked for. */
  private static double keep(Workbench bench, Structures structures, double asked) {
    if (!bench.options().hasSize() || !structures.kinds().contains(Structure.Kind.CHANNEL)) {
      return asked;
    }
    KeptCounts kept =
        KeptCounts.of(bench.graph(), bench.channels(), bench.options(), Set.of(), asked);
    int left = kept.byGroup().values().stream().mapToInt(Integer::intValue).sum();
    return (double) left / bench.channels().units();
  }
}
