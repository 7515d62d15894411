package io.espalier.method.criterion;

import io.espalier.graph.Graph;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sets the weights with the smallest absolute values to zero: {@code |w|}, one threshold. */
public final class Magnitude implements MethodProvider {
  private static final String LAYERS = "layers";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "magnitude",
        MethodKind.WEIGHT_MASK,
        "Learning both Weights and Connections for Efficient Neural Networks",
        "Han, Pool, Tran, Dally; NeurIPS 2015; arXiv:1506.02626",
        2015,
        Set.of(Need.WEIGHTS),
        List.of(
            Setting.choice(
                LAYERS,
                "convolutions",
                List.of("convolutions", "all"),
                "whose weights are ranked: those of convolutions, or of linear layers too")),
        "Sets single weights of small magnitude to zero; removes no channels and saves no time.");
  }

  @Override
  public Procedure create(Settings settings) {
    boolean linear = settings.choice(LAYERS).equals("all");
    return new WeightMasking("magnitude", bench -> magnitudes(bench.graph(), linear));
  }

  private static Map<String, double[]> magnitudes(Graph graph, boolean linear) {
    Map<String, double[]> scores = new LinkedHashMap<>();
    for (String name : WeightMasking.weights(graph, linear)) {
      scores.put(name, Arrays.stream(graph.weight(name).toDoubles()).map(Math::abs).toArray());
    }
    return scores;
  }
}
