package io.espalier.method.search;

import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Looks for the share that each layer loses by simulated annealing, under the budget; a criterion
 * says which units these are.
 *
 * <p>Source: AutoCompress (Liu et al., AAAI 2020, arXiv:1907.03141), the search without its ADMM
 * step, in the form and with the numbers of NNI's {@code SimulatedAnnealingPruner}. Differs from
 * the paper: see {@code docs/methods/annealing.md}.
 */
public final class Annealing implements MethodProvider {
  static final String ID = "annealing";
  static final String PRIOR = "prior";
  static final String START = "start";

  @Override
  public MethodInfo info() {
    List<Setting> settings = new ArrayList<>();
    settings.add(InnerCriterion.setting());
    settings.add(Objective.setting(Objective.ACCURACY));
    settings.add(HeldOut.imagesSetting());
    settings.addAll(Cooling.settings());
    settings.add(
        Setting.choice(
            START,
            "random",
            List.of("random", "uniform"),
            "the first shares: drawn, or the same for all layers"));
    settings.add(
        Setting.choice(
            PRIOR,
            "size",
            List.of("size", "none"),
            "size: a layer with more weights never loses a smaller share; none: any shares"));
    settings.add(HeldOut.recalibrateSetting());
    return new MethodInfo(
        ID,
        MethodKind.SEARCH,
        "AutoCompress: An Automatic DNN Structured Pruning Framework for Ultra-High Compression"
            + " Rates",
        "Liu, Ma, Xu, Wang, Tang, Ye; AAAI 2020; arXiv:1907.03141",
        2020,
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS, Need.LABELS),
        settings,
        "Looks for the width of each layer by simulated annealing.");
  }

  @Override
  public Procedure create(Settings settings) {
    HeldOut.check(ID, settings);
    Cooling cooling = Cooling.of(settings);
    InnerCriterion inner = InnerCriterion.of(settings);
    return new Search(bench -> new AnnealingRun(bench, settings, inner, cooling).run());
  }
}
