package io.espalier.dynamic;

import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import java.util.List;

/** The nodes that make zeros and ones out of saliencies. */
final class RuleNodes {
  private RuleNodes() {}

  /** Adds them; returns the name of the value that holds the zeros and ones. */
  static String write(GateRule rule, int channels, String saliency, GateWriter to) {
    return switch (rule) {
      case GateRule.Positive positive -> ones(to, saliency, to.constant("threshold", 0));
      case GateRule.Largest largest -> largest(largest.count(), channels, saliency, to);
      case GateRule.Winners winners -> winners(winners.count(), channels, saliency, to);
    };
  }

  /**
   * The place of each channel in the order of saliencies is the inverse of the permutation that
   * sorts them, which sorting that permutation gives.
   */
  private static String largest(int count, int channels, String saliency, GateWriter to) {
    String order = to.ranking("order", new Op.TopK(1, channels, true), saliency).get(1);
    String numbers = to.add("places", new Op.Cast(to.type()), order);
    String place = to.ranking("inverse", new Op.TopK(1, channels, false), numbers).get(1);
    String real = to.add("place", new Op.Cast(to.type()), place);
    return ones(to, to.constant("count", count), real);
  }

  private static String winners(int count, int channels, String saliency, GateWriter to) {
    if (count == channels) {
      String least = to.add("least", new Op.Reduce(Op.Reduce.Kind.MIN, List.of(1), true), saliency);
      Op any = new Op.Elementwise(Pointwise.GREATER_OR_EQUAL);
      return to.add("gate", new Op.Cast(to.type()), to.add("above", any, saliency, least));
    }
    String best = to.ranking("best", new Op.TopK(1, count + 1, true), saliency).get(0);
    return ones(to, saliency, to.add("loser", new Op.Gather(1, List.of(count), false), best));
  }

  /** 1 where {@code value} is above {@code threshold}. */
  private static String ones(GateWriter to, String value, String threshold) {
    String above = to.add("above", new Op.Elementwise(Pointwise.GREATER), value, threshold);
    return to.add("gate", new Op.Cast(to.type()), above);
  }
}
