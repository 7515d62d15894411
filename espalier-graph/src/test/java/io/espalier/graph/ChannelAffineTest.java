package io.espalier.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelAffineTest {
  private static final Node NORM =
      new Node(
          "norm",
          new Op.BatchNorm(0.25, 0.9),
          List.of("x", "scale", "bias", "mean", "variance"),
          List.of("y"));

  private static Graph graph(Node node) {
    GraphBuilder builder = new GraphBuilder("test");
    ValueType map = new ValueType(DataType.FLOAT, new Shape(List.of(Dim.of(1), Dim.of(2))));
    builder.input("x", map);
    builder.initializer("scale", Tensor.floats(new int[] {2}, 3, -1));
    builder.initializer("bias", Tensor.floats(new int[] {2}, 0.5f, 4));
    builder.initializer("mean", Tensor.floats(new int[] {2}, 10, -2));
    builder.initializer("variance", Tensor.floats(new int[] {2}, 2, 0));
    builder.add(node);
    builder.output(new Port("y", map));
    return builder.build();
  }

  @Test
  void slopeAndOffset_byHand() {
    // sqrt(2 + 0.25) = 1.5 and sqrt(0 + 0.25) = 0.5.
    ChannelAffine affine = ChannelAffine.of(graph(NORM), NORM).orElseThrow();
    assertArrayEquals(new double[] {2, -2}, affine.slope(), 1e-12);
    assertArrayEquals(new double[] {0.5 - 20, 4 - 4}, affine.offset(), 1e-12);
  }

  @Test
  void computedParameters_andOtherNodes_haveNone() {
    Node computed = NORM.withInputs(List.of("x", "scale", "x", "mean", "variance"));
    Node other = new Node("relu", new Op.Elementwise(Pointwise.RELU), List.of("x"), List.of("y"));
    assertTrue(ChannelAffine.of(graph(NORM), computed).isEmpty());
    assertTrue(ChannelAffine.of(graph(other), other).isEmpty());
  }

  @Test
  void slopesWithoutOffsets_areRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new ChannelAffine(new double[2], new double[1]));
  }
}
