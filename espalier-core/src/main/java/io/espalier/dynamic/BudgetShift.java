package io.espalier.dynamic;

import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * One number that is added to all saliencies behind the training, so that the mean image costs what
 * the budget allows: when the learning rate ends near 0, gates no longer move, and what lambda has
 * left over stays. Found by halving; of gates that are the same for every image the cost has steps,
 * and the nearest is taken.
 */
final class BudgetShift {
  private static final int HALVINGS = 8;

  /** A cost this near to the budget, as a share of it, is not changed. */
  private static final double NEAR = 0.002;

  private final double budget;
  private final ToDoubleFunction<DynamicNet> cost;
  private DynamicNet nearest;
  private double least = Double.POSITIVE_INFINITY;

  private BudgetShift(double budget, ToDoubleFunction<DynamicNet> cost) {
    this.budget = budget;
    this.cost = cost;
  }

  /** Whether every gate of {@code net} has a threshold that a bias moves. */
  static boolean fits(DynamicNet net) {
    return net.gates().stream()
        .allMatch(
            gate ->
                gate instanceof ChannelGate channels
                    && channels.rule() instanceof GateRule.Positive
                    && !channels.saliency().bias().isEmpty());
  }

  /**
   * {@code net} with the shift that brings it nearest to the budget; {@code net} itself if none
   * brings it nearer.
   *
   * @param net one that {@link #fits}
   * @param budget a share of the original network's MACs
   * @param most the largest shift either way
   * @param cost what the mean image of a network costs, as such a share
   */
  static DynamicNet meet(
      DynamicNet net, double budget, double most, ToDoubleFunction<DynamicNet> cost) {
    BudgetShift search = new BudgetShift(budget, cost);
    double distance = search.distance(net);
    double from = 0;
    double to = distance < 0 ? most : -most;
    for (int i = 0; i < HALVINGS && search.least > NEAR * budget; i++) {
      double middle = (from + to) / 2;
      // The first end is always on the side of the budget on which the network was.
      if (Math.signum(search.distance(shifted(net, middle))) == Math.signum(distance)) {
        from = middle;
      } else {
        to = middle;
      }
    }
    return search.nearest;
  }

  private double distance(DynamicNet candidate) {
    double distance = cost.applyAsDouble(candidate) - budget;
    if (Math.abs(distance) < least) {
      least = Math.abs(distance);
      nearest = candidate;
    }
    return distance;
  }

  private static DynamicNet shifted(DynamicNet net, double shift) {
    Map<String, Tensor> changed = new HashMap<>();
    for (ChannelGate gate : net.channelGates()) {
      Tensor bias = net.graph().weight(gate.saliency().bias());
      double[] values = Arrays.stream(bias.toDoubles()).map(value -> value + shift).toArray();
      changed.put(gate.saliency().bias(), bias.withValues(values));
    }
    return DynamicNet.of(net.graph().withWeights(changed));
  }
}
