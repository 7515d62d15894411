package io.espalier.method;

/** What a method cannot work without. */
public enum Need {
  /** The network's weights; every network has them. */
  WEIGHTS,
  /** Images to run the network on. */
  ACTIVATIONS,
  /** Images to run the network on, forward and backward. */
  GRADIENTS,
  /** A label for each image. */
  LABELS,
  /** Training before the cut. */
  TRAINING,
  /** Batch normalisation that is not folded into convolutions. */
  BATCH_NORM
}
