package io.espalier.method;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.surgery.PlanOptions;
import java.util.HashMap;
import java.util.Map;

/** What a network must meet on its way to what it must meet in the end. */
final class Milestone {
  private Milestone() {}

  /**
   * {@code options} with a budget and ratios that take only a part of what they take in the end.
   *
   * @param done that part, above 0 and at most 1
   * @param graph the network that was given
   * @param map its channels
   */
  static PlanOptions of(PlanOptions options, double done, Graph graph, ChannelMap map) {
    if (done == 1) {
      return options;
    }
    Map<String, Double> ratios = new HashMap<>();
    options.ratios().forEach((pattern, ratio) -> ratios.put(pattern, ratio * done));
    PlanOptions partly = options.withRatios(ratios);
    return options
        .budget()
        .map(budget -> partly.withBudget(budget(budget, done, graph, map)))
        .orElse(partly);
  }

  private static Budget.Counted budget(
      Budget.Counted budget, double done, Graph graph, ChannelMap map) {
    long all =
        switch (budget.quantity()) {
          case MACS -> Cost.of(graph).macs();
          case PARAMS -> Cost.of(graph).params();
          case UNITS -> map.units();
        };
    long less = Math.max(0, all - budget.limit(all));
    return new Budget.Absolute(budget.quantity(), Math.max(1, all - Math.round(less * done)));
  }
}
