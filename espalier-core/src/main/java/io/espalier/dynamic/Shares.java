package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What budgets networks can meet, and with which share of their channels. */
final class Shares {
  private static final int STEPS = 20;

  private Shares() {}

  /**
   * The largest share whose cost is within {@code budget}. Exact where layers follow one another;
   * behind a sum it takes the gates of the summands to be independent.
   *
   * @throws DynamicException if one channel a layer already costs more
   */
  static double within(Graph graph, GateOptions options, double budget) {
    double low = 0;
    double high = 1;
    if (cost(graph, options.withShare(high)) <= budget) {
      return high;
    }
    for (int i = 0; i < STEPS; i++) {
      double middle = (low + high) / 2;
      if (cost(graph, options.withShare(middle)) <= budget) {
        low = middle;
      } else {
        high = middle;
      }
    }
    if (low == 0) {
      throw new DynamicException(
          "a budget of %.1f %% is out of reach: one channel in every gated layer costs %.1f %%"
              .formatted(100 * budget, 100 * cost(graph, options.withShare(high))));
    }
    return low;
  }

  /**
   * Makes sure that gates can meet {@code budget} at all.
   *
   * @throws DynamicException if {@code net} costs more with every gate closed
   */
  static void requireReachable(DynamicNet net, double budget) {
    double least = cost(net, gate -> 0.0);
    if (least > budget) {
      throw new DynamicException(
          "a budget of %.1f %% is out of reach: with every gate closed the network costs %.1f %%"
              .formatted(100 * budget, 100 * least));
    }
  }

  private static double cost(Graph graph, GateOptions options) {
    return cost(
        DynamicNet.insert(graph, options),
        gate -> (double) options.kept(gate.channels()) / gate.channels());
  }

  /** The share of the original cost, if each gate lets {@code open} of its channels through. */
  private static double cost(DynamicNet net, ToDoubleFunction<Gate> open) {
    try (Scope scope = Scope.open()) {
      List<DeviceTensor> gates = new ArrayList<>();
      for (Gate gate : net.gates()) {
        gates.add(DeviceTensor.full(open.applyAsDouble(gate), 1, gate.channels()));
      }
      return CostOfBatch.share(DynamicCost.of(net), gates).item();
    }
  }
}
