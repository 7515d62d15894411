package io.espalier.dynamic;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The dynamic methods that share gates, their description and their training. */
public enum Variant {
  /** Saliencies above 0, for each sample; the budget spreads itself over the layers. */
  SANP("sanp"),
  /** The same share of channels in every layer and sample, those with the largest saliencies. */
  FIXED_K("fixed-k"),
  /** As SANP, from a constant in place of the input: the same channels for every sample. */
  STATIC("static"),
  /** Feature boosting and suppression: winners of one linear layer with ReLU. */
  FBS("fbs");

  private final String id;

  Variant(String id) {
    this.id = id;
  }

  /** The name that a user types. */
  public String id() {
    return id;
  }

  /**
   * The variant called {@code id}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Variant of(String id) {
    String wanted = id.toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(variant -> variant.id.equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown dynamic method '%s'; there are %s".formatted(id, ids())));
  }

  private static String ids() {
    return Arrays.stream(values()).map(Variant::id).collect(Collectors.joining(", "));
  }

  /** True where the cost follows from training and must be steered to the budget. */
  boolean isSteered() {
    return this == SANP || this == STATIC;
  }
}
