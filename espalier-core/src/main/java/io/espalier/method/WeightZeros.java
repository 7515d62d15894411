package io.espalier.method;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.surgery.PruningPlan;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainRun;
import io.espalier.train.TrainStep;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Elements of weights that are zero and stay zero in all training that follows.
 *
 * @param elements by weight, row-major
 */
record WeightZeros(Map<String, BitSet> elements) {
  static WeightZeros of(PruningPlan plan) {
    return new WeightZeros(plan.zeros());
  }

  /**
   * {@code graph} with the zeros in place, and with what is left of each such weight larger, so
   * that random weights of their usual variance keep the size of the signal: times the root of all
   * elements over those that are left.
   */
  Graph applyRescaled(Graph graph) {
    Map<String, Tensor> changed = new LinkedHashMap<>();
    elements.forEach(
        (name, zeros) -> {
          double[] values = graph.weight(name).toDoubles();
          int left = values.length - zeros.cardinality();
          double factor = left == 0 ? 0 : Math.sqrt((double) values.length / left);
          Arrays.setAll(values, i -> zeros.get(i) ? 0 : values[i] * factor);
          changed.put(name, graph.weight(name).withValues(values));
        });
    return graph.withWeights(changed);
  }

  /** Holds the zeros during training, whatever momentum, weight decay and clipping there is. */
  TrainHook hook() {
    return elements.isEmpty() ? TrainHook.NONE : new Hook(elements);
  }

  /** A weight that is zero and has no gradient stays zero, and so does its momentum. */
  private static final class Hook implements TrainHook {
    private final Map<String, BitSet> elements;
    private final Map<String, float[]> masks = new LinkedHashMap<>();

    Hook(Map<String, BitSet> elements) {
      this.elements = elements;
    }

    @Override
    public String identity() {
      int count = elements.values().stream().mapToInt(BitSet::cardinality).sum();
      return "%d weights stay zero".formatted(count);
    }

    @Override
    public void start(TrainRun run) {
      run.net()
          .parameters()
          .forEach(
              (name, weight) -> {
                if (elements.containsKey(name)) {
                  float[] mask = new float[Math.toIntExact(weight.elements())];
                  Arrays.fill(mask, 1);
                  elements.get(name).stream().forEach(i -> mask[i] = 0);
                  masks.put(name, mask);
                }
              });
    }

    @Override
    public void afterBackward(TrainStep step) {
      try (Scope scope = Scope.open()) {
        masks.forEach(
            (name, mask) -> {
              DeviceTensor weight = step.net().parameters().get(name);
              if (weight.hasGrad()) {
                weight.grad().mulInPlace(DeviceTensor.of(mask, weight.shape()));
              }
            });
      }
    }
  }
}
