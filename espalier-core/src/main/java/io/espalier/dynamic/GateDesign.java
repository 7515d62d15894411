package io.espalier.dynamic;

/** What the gates of a {@link Variant} are. */
sealed interface GateDesign {
  /**
   * About whole channels, by saliencies that a small network predicts.
   *
   * @param source what the saliencies are predicted from
   * @param choice how they decide
   */
  record Channels(Saliency.Source source, Choice choice) implements GateDesign {}

  /** About each pixel of each channel, by what the first part of the inputs comes to there. */
  record Pixels() implements GateDesign {}

  /** How saliencies decide about channels; {@link GateRule} with the number left open. */
  enum Choice {
    POSITIVE,
    LARGEST,
    WINNERS
  }
}
