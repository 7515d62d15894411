package io.espalier.method.criterion;

import io.espalier.graph.Graph;
import io.espalier.method.ImagePass;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.Workbench;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sets the weights to zero that the loss is least sensitive to: {@code |w dL/dw|}. */
public final class SnipWeights implements MethodProvider {
  private static final String IMAGES = "images";
  private static final String BIASES = "biases";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "snip-weights",
        MethodKind.WEIGHT_MASK,
        "SNIP: Single-shot Network Pruning based on Connection Sensitivity",
        "Lee, Ajanthan, Torr; ICLR 2019; arXiv:1810.02340",
        2019,
        Set.of(Need.WEIGHTS, Need.GRADIENTS, Need.LABELS),
        List.of(
            Setting.integer(IMAGES, 128, "number of training images to measure on"),
            Setting.flag(BIASES, true, "whether the biases of layers are ranked too")),
        "Sets single weights to zero that the loss is least sensitive to; removes no channels and"
            + " saves no time.");
  }

  @Override
  public Procedure create(Settings settings) {
    int images = Samples.count("snip-weights", IMAGES, settings);
    boolean biases = settings.flag(BIASES);
    return new WeightMasking("snip-weights", bench -> sensitivities(bench, images, biases));
  }

  private static Map<String, double[]> sensitivities(Workbench bench, int images, boolean biases) {
    Graph graph = bench.graph();
    List<String> names = new ArrayList<>(WeightMasking.weights(graph, true));
    if (biases) {
      names.addAll(WeightMasking.biases(graph, true));
    }
    Map<String, double[]> slopes = WeightSlopes.mean(bench, ImagePass.sample(bench, images));
    Map<String, double[]> scores = new LinkedHashMap<>();
    for (String name : names) {
      double[] weight = graph.weight(name).toDoubles();
      double[] slope = slopes.getOrDefault(name, new double[weight.length]);
      Arrays.setAll(weight, i -> Math.abs(weight[i] * slope[i]));
      scores.put(name, weight);
    }
    return scores;
  }
}
