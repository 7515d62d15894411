package io.espalier.surgery;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sets single elements of weights to zero. */
final class WeightMasks {
  private WeightMasks() {}

  static Graph apply(Graph graph, List<PlanEntry.WeightMask> masks) {
    Map<String, Tensor> changed = new HashMap<>();
    for (PlanEntry.WeightMask mask : masks) {
      Tensor weight = changed.getOrDefault(mask.initializer(), graph.weight(mask.initializer()));
      double[] values = weight.toDoubles();
      BitSet zeros = mask.bits();
      if (zeros.length() > values.length) {
        throw new PlanException(
            "the plan masks element %d of '%s', which has %d"
                .formatted(zeros.length() - 1, mask.initializer(), values.length));
      }
      zeros.stream().forEach(i -> values[i] = 0);
      changed.put(mask.initializer(), weight.withValues(values));
    }
    return masks.isEmpty() ? graph : graph.withWeights(changed);
  }
}
