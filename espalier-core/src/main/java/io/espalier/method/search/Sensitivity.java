package io.espalier.method.search;

import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Pruner;
import io.espalier.method.Settings;
import io.espalier.train.RunFolder;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Cuts each channel group alone to several widths, measures what that costs, and chooses the widths
 * that meet the budget with the least predicted loss, which is the sum over the groups. The scan by
 * itself comes from {@link #scan}.
 *
 * <p>Source: Li et al., ICLR 2017 (arXiv:1608.08710), section 3.2, for the scan. Differs from the
 * paper: there a person reads the curves and picks one rate a stage; the allocation here is what
 * libraries with a sensitivity scan automate, with the cost of a unit taken into account.
 */
public final class Sensitivity implements MethodProvider {
  /** The method's id. */
  public static final String ID = "sensitivity";

  /** The file of a run's folder that holds the scan. */
  public static final String FILE = "sensitivity.json";

  static final String TABLE = "sensitivity.md";
  static final String PLOT = "sensitivity.svg";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        ID,
        MethodKind.SEARCH,
        "Pruning Filters for Efficient ConvNets",
        "Li, Kadav, Durdanovic, Samet, Graf; ICLR 2017; arXiv:1608.08710",
        2017,
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS, Need.LABELS),
        List.of(
            InnerCriterion.setting(),
            Objective.setting(Objective.LOSS),
            HeldOut.imagesSetting(),
            Grid.setting(),
            HeldOut.recalibrateSetting(),
            ScanSource.setting()),
        "Measures how sensitive each layer is to a cut, and cuts most where it costs least.");
  }

  @Override
  public Procedure create(Settings settings) {
    HeldOut.check(ID, settings);
    Grid.of(settings);
    InnerCriterion.of(settings);
    return new Search(bench -> new SensitivityRun(bench, settings).run());
  }

  /**
   * Makes the scan alone and cuts nothing. In {@code folder}, if there is one, it also leaves the
   * table and the plot.
   *
   * @param pruner with the method {@code sensitivity}, its settings, labelled images and no budget
   */
  public static Pruner.Study<SensitivityScan> scan(Pruner pruner, Optional<RunFolder> folder) {
    return pruner.study(folder, bench -> new SensitivityRun(bench, bench.settings()).scan());
  }
}
