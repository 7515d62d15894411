package io.espalier.dynamic;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Says what is wrong with a trained dynamic network. */
final class BudgetVerdict {
  /** How far the cost may be from the budget, as a share of the budget. */
  static final double TOLERANCE = 0.02;

  /** A cost below this share of the budget is a collapse. */
  static final double COLLAPSE = 0.5;

  private BudgetVerdict() {}

  static boolean isMet(double share, double budget) {
    return Math.abs(share - budget) <= TOLERANCE * budget;
  }

  static boolean isCollapsed(double cost, double budget) {
    return cost < COLLAPSE * budget;
  }

  static List<String> warnings(
      DynamicNet net, DynamicMeasure measure, GateLearning learning, int classes) {
    List<String> warnings = new ArrayList<>();
    cost(net, measure.costs().share(), learning).ifPresent(warnings::add);
    if (classes > 1 && measure.accuracy().nearChance(classes)) {
      warnings.add(
          "the network is near chance: %.1f %% of %d classes"
              .formatted(100 * measure.accuracy().top1(), classes));
    }
    idle(net, measure, warnings);
    return warnings;
  }

  private static Optional<String> cost(DynamicNet net, double share, GateLearning learning) {
    double budget = learning.budget();
    OptionalDouble target = learning.fixedTarget(net.variant());
    boolean collapsed = isCollapsed(share, budget);
    if (!collapsed && isMet(share, budget)) {
      return Optional.empty();
    }
    if (target.isPresent()) {
      return Optional.of(
          "thresholds had the target %s, whatever the budget of %.1f %% of the MACs: the mean image costs %.1f %%; --set target=budget follows the budget"
              .formatted(
                  DynamicSetting.Part.plain(target.getAsDouble()), 100 * budget, 100 * share));
    }
    return Optional.of(
        (collapsed
                ? "the gates have collapsed: the mean image costs %2$.1f %% of the MACs where"
                    + " %1$.1f %% were allowed; lower the gain of lambda or the noise"
                : "the budget of %1$.1f %% of the MACs is not met: the mean image costs %2$.1f %%;"
                    + " %3$s")
            .formatted(100 * budget, 100 * share, advice(net.variant())));
  }

  private static String advice(Variant variant) {
    return variant.isSteered()
        ? "train longer or raise the gain"
        : "layers keep whole channels, and with one share of all layers' no more fit";
  }

  private static void idle(DynamicNet net, DynamicMeasure measure, List<String> warnings) {
    for (int i = 0; i < net.gates().size(); i++) {
      if (measure.open().get(i).stream().allMatch(share -> share == 0)) {
        String what =
            switch (net.gates().get(i)) {
              case ChannelGate gate -> "no image uses any channel of layer '%s'";
              case PixelGate gate ->
                  "no pixel of any image uses more than the base path of layer '%s'";
            };
        warnings.add(what.formatted(net.gates().get(i).layer()));
      }
    }
  }
}
