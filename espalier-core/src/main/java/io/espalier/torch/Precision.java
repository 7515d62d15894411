package io.espalier.torch;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** In which type a network computes; its weights are widened to it when it is loaded. */
public enum Precision {
  FLOAT32,
  /** Weights in float32; convolutions and matrix products in bfloat16, by autocast. */
  BFLOAT16,
  /** Everything in double: for proofs. */
  FLOAT64;

  /** The type of weights and inputs, and of the result of a cast to any real type. */
  ScalarType real() {
    return this == FLOAT64 ? ScalarType.Double : ScalarType.Float;
  }
}
