package io.espalier.dynamic;

import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;

/** The nodes that make zeros and ones out of saliencies. */
final class RuleNodes {
  private RuleNodes() {}

  /** Adds them; returns the name of the value that holds the zeros and ones. */
  static String write(GateRule rule, int channels, String saliency, GateWriter to) {
    return switch (rule) {
      case GateRule.Positive positive -> ones(to, saliency, to.constant("threshold", 0));
      case GateRule.Largest largest -> throw new IllegalStateException("not yet");
      case GateRule.Winners winners -> throw new IllegalStateException("not yet");
    };
  }

  /** 1 where {@code value} is above {@code threshold}. */
  private static String ones(GateWriter to, String value, String threshold) {
    String above = to.add("above", new Op.Elementwise(Pointwise.GREATER), value, threshold);
    return to.add("gate", new Op.Cast(to.type()), above);
  }
}
