package io.espalier.torch;

import io.espalier.graph.Node;

/** A node that libtorch cannot run here. */
public final class UnsupportedNodeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnsupportedNodeException(Node node, String why) {
    super(
        "node '%s' (%s) cannot run on libtorch: %s; ONNX Runtime can still run this network"
            .formatted(node.name(), node.op().label(), why));
  }
}
