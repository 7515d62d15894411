package io.espalier.method.sparse;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import java.util.HashMap;
import java.util.Map;

/** Weights of a network on their way to other values. */
final class WeightEdits {
  private final Graph graph;
  private final Map<String, double[]> changed = new HashMap<>();

  WeightEdits(Graph graph) {
    this.graph = graph;
  }

  /** The values of a weight, row-major, to be changed in place. */
  double[] values(String weight) {
    return changed.computeIfAbsent(weight, name -> graph.weight(name).toDoubles());
  }

  /** The network with the values as they are now. */
  Graph applied() {
    Map<String, Tensor> weights = new HashMap<>();
    changed.forEach((name, values) -> weights.put(name, graph.weight(name).withValues(values)));
    return graph.withWeights(weights);
  }
}
