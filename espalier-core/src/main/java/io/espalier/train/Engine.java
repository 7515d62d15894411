package io.espalier.train;

import io.espalier.graph.Graph;
import io.espalier.torch.TorchNet;

/** What a network is run by where it is only measured. */
public enum Engine {
  /** Runs every operator that is modelled, in the precision that is asked for. */
  LIBTORCH("libtorch"),
  /** Also runs operators that are carried but not modelled; in the types of the file. */
  ORT("ONNX Runtime");

  private final String title;

  Engine(String title) {
    this.title = title;
  }

  /** libtorch, or ONNX Runtime for what libtorch cannot run; see {@link TorchNet#obstacle}. */
  public static Engine of(Graph graph) {
    return TorchNet.obstacle(graph).isEmpty() ? LIBTORCH : ORT;
  }

  @Override
  public String toString() {
    return title;
  }
}
