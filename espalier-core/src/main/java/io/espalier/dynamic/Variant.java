package io.espalier.dynamic;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The dynamic methods, which share the description and the training of gates. */
public enum Variant {
  /** Saliencies above 0, for each sample; the budget spreads itself over the layers. */
  SANP(
      "sanp",
      "chooses the channels of every layer for each image, so that the mean image meets the"
          + " budget",
      Paper.SANP,
      new GateDesign.Channels(Saliency.Source.MEAN, GateDesign.Choice.POSITIVE)),
  /** The same share of channels in every layer and sample, those with the largest saliencies. */
  FIXED_K(
      "fixed-k",
      "keeps the same share of channels in every layer, the most salient of each image",
      Paper.SANP,
      new GateDesign.Channels(Saliency.Source.MEAN, GateDesign.Choice.LARGEST)),
  /** As SANP, from a constant in place of the input: the same channels for every sample. */
  STATIC(
      "static",
      "as sanp, but the same channels for every image: an ordinary smaller network",
      Paper.SANP,
      new GateDesign.Channels(Saliency.Source.CONSTANT, GateDesign.Choice.POSITIVE)),
  /** Feature boosting and suppression: winners of one linear layer with ReLU. */
  FBS(
      "fbs",
      "boosts the most salient channels of each image and suppresses the others",
      Paper.FBS,
      new GateDesign.Channels(Saliency.Source.ABSOLUTE_MEAN, GateDesign.Choice.WINNERS)),
  /** Part of the inputs everywhere, the others where the first part is above a threshold. */
  CHANNEL_GATING(
      "channel-gating",
      "computes every pixel from a part of its layer's inputs, and from the others only where that"
          + " part says so",
      Paper.CHANNEL_GATING,
      new GateDesign.Pixels());

  /**
   * Where a method is from.
   *
   * @param title of the paper
   * @param citation authors, venue and arXiv number
   * @param year of the paper
   */
  public record Paper(String title, String citation, int year) {
    private static final Paper SANP =
        new Paper(
            "Self-Adaptive Network Pruning",
            "Chen, Zhu, Li, Zhao; ICONIP 2019; arXiv:1910.08906",
            2019);
    private static final Paper FBS =
        new Paper(
            "Dynamic Channel Pruning: Feature Boosting and Suppression",
            "Gao, Zhao, Dudziak, Mullins, Xu; ICLR 2019; arXiv:1810.05331",
            2019);
    private static final Paper CHANNEL_GATING =
        new Paper(
            "Channel Gating Neural Networks",
            "Hua, Zhou, De Sa, Zhang, Suh; NeurIPS 2019; arXiv:1805.12549",
            2019);
  }

  private final String id;
  private final String summary;
  private final Paper paper;
  private final GateDesign design;

  Variant(String id, String summary, Paper paper, GateDesign design) {
    this.id = id;
    this.summary = summary;
    this.paper = paper;
    this.design = design;
  }

  /** The name that a user types. */
  public String id() {
    return id;
  }

  /** What it does, in one sentence. */
  public String summary() {
    return summary;
  }

  /** Where it is from. */
  public Paper paper() {
    return paper;
  }

  /** The variant called {@code id}, whatever the case of its letters. */
  public static Optional<Variant> find(String id) {
    String wanted = id.toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(variant -> variant.id.equals(wanted)).findFirst();
  }

  /**
   * The variant called {@code id}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Variant of(String id) {
    return find(id)
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
    return switch (design) {
      case GateDesign.Channels channels -> channels.choice() == GateDesign.Choice.POSITIVE;
      case GateDesign.Pixels pixels -> true;
    };
  }

  GateDesign design() {
    return design;
  }
}
