package io.espalier.dynamic;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Which channels of a layer a sample uses, given their saliencies. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = GateRule.Positive.class, name = "positive"),
  @JsonSubTypes.Type(value = GateRule.Largest.class, name = "largest"),
  @JsonSubTypes.Type(value = GateRule.Winners.class, name = "winners")
})
public sealed interface GateRule {
  /** Those whose saliency is above 0: SANP, equation 8. */
  record Positive() implements GateRule {}

  /**
   * Exactly {@code count} of them, those with the largest saliencies; of equal ones those with the
   * lower index: SANP's FIXED-K.
   */
  record Largest(int count) implements GateRule {
    public Largest {
      requireCount(count);
    }
  }

  /**
   * Those whose saliency is strictly above the {@code count + 1}-th largest, so that a tie there
   * leaves fewer than {@code count}: the k-winners-take-all of FBS.
   */
  record Winners(int count) implements GateRule {
    public Winners {
      requireCount(count);
    }
  }

  private static void requireCount(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a gate keeps 1 channel or more, but got " + count);
    }
  }
}
