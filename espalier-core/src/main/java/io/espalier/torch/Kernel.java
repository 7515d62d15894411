package io.espalier.torch;

import org.bytedeco.pytorch.Tensor;

/** Computes one node. Temporaries are freed by the caller. */
@FunctionalInterface
interface Kernel {
  /**
   * @param in the inputs in ONNX order; null for one left out
   * @return the outputs in ONNX order
   */
  Tensor[] run(Tensor[] in, Pass pass);

  /** A kernel of one output. */
  @FunctionalInterface
  interface Single {
    Tensor run(Tensor[] in, Pass pass);
  }

  /** A kernel of one input and one output. */
  @FunctionalInterface
  interface Unary {
    Tensor run(Tensor in);
  }

  static Kernel of(Single single) {
    return (in, pass) -> new Tensor[] {single.run(in, pass)};
  }

  static Kernel unary(Unary unary) {
    return (in, pass) -> new Tensor[] {unary.run(in[0])};
  }
}
