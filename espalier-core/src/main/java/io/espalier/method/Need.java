package io.espalier.method;

import java.util.List;

/** What a method cannot work without. */
public enum Need {
  /** The network's weights; every network has them. */
  WEIGHTS("weights"),
  /** Images to run the network on. */
  ACTIVATIONS("images"),
  /** Images to run the network on, forward and backward. */
  GRADIENTS("images", "gradients"),
  /** A label for each image. */
  LABELS("images", "labels"),
  /** Training before the cut. */
  TRAINING("images", "training"),
  /** Batch normalisation that is not folded into convolutions. */
  BATCH_NORM("batch normalisation");

  private final List<String> words;

  Need(String... words) {
    this.words = List.of(words);
  }

  /** What a user has to bring for it, in lower case. */
  List<String> words() {
    return words;
  }
}
