package io.espalier.method.sparse;

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

/** Filter clustering: filters of a cluster become equal, and one of them stays for all. */
public final class Fcp implements MethodProvider {
  private static final String ID = "fcp";
  private static final String KAPPA = "kappa";
  private static final String SHARE = "share";
  private static final String CLUSTERS = "clusters";

  @Override
  public MethodInfo info() {
    List<Setting> settings = new ArrayList<>(SparseTraining.settings(10, 0.05, 1e-4, 100));
    settings.add(Setting.number(KAPPA, 1e-3, "how strongly filters are drawn to their cluster"));
    settings.add(
        Setting.number(
            SHARE, 0.3, "share of each layer's filters that goes where no budget is given"));
    settings.add(
        Setting.choice(
            CLUSTERS,
            "nearest",
            List.of("nearest", "even"),
            "nearest: a filter joins the one that is most like it; even: filters with neighbouring"
                + " numbers, the same share of every layer"));
    return new MethodInfo(
        ID,
        MethodKind.SPARSE_TRAINING,
        "Online Filter Clustering and Pruning for Efficient Convnets",
        "Zhou, Zhou, Hong, Li; ICIP 2018; arXiv:1905.11787",
        2018,
        Set.of(Need.WEIGHTS, Need.TRAINING),
        settings,
        "Trains filters of a cluster to become equal, keeps one of each and adds up what reads"
            + " them.");
  }

  @Override
  public Procedure create(Settings settings) {
    return new ClusterPruning(
        SparseTraining.of(ID, settings),
        Ranges.notNegative(ID, settings, KAPPA),
        Ranges.share(ID, settings, SHARE),
        settings.choice(CLUSTERS).equals("even"));
  }
}
