package io.espalier.method.criterion;

import io.espalier.method.DataCriterion;
import io.espalier.method.ImagePass;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.UnitGates;
import io.espalier.method.Workbench;
import io.espalier.surgery.Scores;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The first-order change of the loss when a feature map becomes zero: the mean over images of
 * {@code |mean over positions of z dL/dz|}, relative to the other maps of its layer.
 */
public final class Taylor implements MethodProvider {
  private static final String IMAGES = "images";
  private static final String COST = "cost";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "taylor",
        MethodKind.CRITERION,
        "Pruning Convolutional Neural Networks for Resource Efficient Inference",
        "Molchanov, Tyree, Karras, Aila, Kautz; ICLR 2017; arXiv:1611.06440",
        2017,
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS, Need.GRADIENTS, Need.LABELS),
        List.of(
            Setting.integer(IMAGES, 1024, "number of training images to measure on"),
            Setting.number(
                COST,
                0,
                "how much a channel's MACs, as a share of the most expensive channel's, count"
                    + " against it; 0.001 in the paper"),
            UnitScores.scaleSetting("l2")),
        "Removes the channels whose disappearance changes the loss least, to first order.");
  }

  @Override
  public DataCriterion create(Settings settings) {
    int images = Samples.count("taylor", IMAGES, settings);
    double cost = settings.number(COST);
    UnitScores scale = UnitScores.scale(settings);
    return bench -> score(bench, images, cost, scale);
  }

  private static Scores score(Workbench bench, int images, double cost, UnitScores scale) {
    UnitGates gates = UnitGates.of(bench.graph(), bench.channels());
    int batch = bench.evaluation().batchSize();
    GateSlopes slopes = GateSlopes.measure(bench, gates, ImagePass.sample(bench, images), batch);
    double[] theta = slopes.meanAbsolute();
    Arrays.setAll(theta, gate -> theta[gate] / Math.max(1, slopes.positions()[gate]));
    List<double[]> scores = gates.byGroup(theta).stream().map(scale::scaled).toList();
    return new Scores(cost == 0 ? scores : withCost(bench, scores, cost));
  }

  private static List<double[]> withCost(Workbench bench, List<double[]> scores, double cost) {
    List<double[]> macs = UnitMacs.of(bench.graph(), bench.channels());
    double most = macs.stream().flatMapToDouble(Arrays::stream).max().orElse(1);
    for (int group = 0; group < scores.size(); group++) {
      for (int unit = 0; unit < macs.get(group).length; unit++) {
        scores.get(group)[unit] -= cost * macs.get(group)[unit] / Math.max(1, most);
      }
    }
    return scores;
  }
}
