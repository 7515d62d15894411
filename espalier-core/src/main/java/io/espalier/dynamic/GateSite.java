package io.espalier.dynamic;

import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;

/**
 * A place where a gate can stand.
 *
 * @param layer the convolution
 * @param value what a gate about whole channels multiplies
 * @param weight the convolution's weight {@code [C, C_in / groups, k...]}
 */
record GateSite(Node layer, String value, Tensor weight) {
  int channels() {
    return weight.size(0);
  }

  int inputChannels() {
    return weight.size(1) * groups();
  }

  int groups() {
    return ((Op.Conv) layer.op()).groups();
  }
}
