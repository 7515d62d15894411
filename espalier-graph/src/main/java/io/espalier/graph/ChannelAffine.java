package io.espalier.graph;

import java.util.Optional;

/**
 * What a batch normalisation does outside training: {@code slope[c] * x + offset[c]} for every
 * element {@code x} of channel {@code c}.
 *
 * @param slope {@code [C]}, {@code scale / sqrt(variance + epsilon)}
 * @param offset {@code [C]}, {@code bias - slope * mean}; both arrays are the caller's to change
 */
public record ChannelAffine(double[] slope, double[] offset) {
  public ChannelAffine {
    if (slope.length != offset.length) {
      throw new IllegalArgumentException(
          "%d slopes need as many offsets, got %d".formatted(slope.length, offset.length));
    }
  }

  /** Of {@code node} of {@code graph}; empty if it is none, or its parameters are no constants. */
  public static Optional<ChannelAffine> of(Graph graph, Node node) {
    if (!(node.op() instanceof Op.BatchNorm norm)
        || !node.inputs().stream().skip(1).allMatch(graph.initializers()::containsKey)) {
      return Optional.empty();
    }
    double[] slope = graph.weight(node.input(1)).toDoubles();
    double[] offset = graph.weight(node.input(2)).toDoubles();
    double[] mean = graph.weight(node.input(3)).toDoubles();
    double[] variance = graph.weight(node.input(4)).toDoubles();
    for (int c = 0; c < slope.length; c++) {
      slope[c] /= Math.sqrt(variance[c] + norm.epsilon());
      offset[c] -= slope[c] * mean[c];
    }
    return Optional.of(new ChannelAffine(slope, offset));
  }
}
