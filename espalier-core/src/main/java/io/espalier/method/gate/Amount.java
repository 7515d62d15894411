package io.espalier.method.gate;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;

/** What budgets count. */
final class Amount {
  private Amount() {}

  /** How much of {@code quantity} there is in {@code graph}. */
  static long of(Graph graph, Budget.Quantity quantity) {
    return switch (quantity) {
      case MACS -> Cost.of(graph).macs();
      case PARAMS -> Cost.of(graph).params();
      case UNITS -> ChannelMap.of(graph).units();
    };
  }
}
