package io.espalier.train;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What a network that is trained learns from the outputs of a teacher network. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Distillation.None.class, name = "none"),
  @JsonSubTypes.Type(value = Distillation.Logits.class, name = "logits"),
  @JsonSubTypes.Type(value = Distillation.Outputs.class, name = "outputs")
})
public sealed interface Distillation {
  /** Share of the loss that the teacher has; labels have the rest. Without labels it has all. */
  double weight();

  /** Labels only. */
  record None() implements Distillation {
    @Override
    public double weight() {
      return 0;
    }
  }

  /**
   * For classifiers: the divergence of the softened class distributions, times the square of the
   * temperature (Hinton, Vinyals and Dean 2015), summed over the outputs {@code [N, classes]}.
   */
  record Logits(double temperature, double weight) implements Distillation {
    public Logits {
      requireShare(weight);
      if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("temperature must be above 0, but got " + temperature);
      }
    }
  }

  /**
   * For any network: the mean squared difference of each output, divided by the mean square of the
   * teacher's output so that outputs in different units count alike, summed over the outputs.
   */
  record Outputs(double weight) implements Distillation {
    public Outputs {
      requireShare(weight);
    }
  }

  private static void requireShare(double weight) {
    if (!(weight > 0 && weight <= 1)) {
      throw new IllegalArgumentException(
          "distillation weight must be above 0 and at most 1, but got " + weight);
    }
  }
}
