package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import io.espalier.zoo.Zoo;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResidualBranchTest {
  private final GraphBuilder builder = new GraphBuilder("test");

  private String conv(String name, String x, int kernel) {
    float[] values = new float[16 * kernel * kernel];
    Arrays.fill(values, 2);
    String weight =
        builder.initializer(
            name + ".weight", Tensor.floats(new int[] {4, 4, kernel, kernel}, values));
    String bias = builder.initializer(name + ".bias", Tensor.floats(new int[] {4}, 1, 2, 3, 4));
    Op op = new Op.Conv(Window.square(2, kernel, 1, kernel / 2), 1);
    return builder.add(name, op, x, weight, bias);
  }

  private String pointwise(String name, Pointwise kind, String... x) {
    return builder.add(name, new Op.Elementwise(kind), x);
  }

  private Graph build(String... outputs) {
    builder.input("x", ValueType.floats(1, 4, 5, 5));
    for (String output : outputs) {
      builder.output(new Port(output, ValueType.floats(1, 4, 5, 5)));
    }
    return builder.build();
  }

  @ParameterizedTest
  @CsvSource({
    "resnet8, 3",
    "resnet56, 27",
    "preresnet20, 9",
    "resnext20, 6",
    "mobilenetv2, 10",
    "vgg16, 0"
  })
  void of_networksOfTheZoo_findsTheirBlocks(String net, int blocks) {
    assertEquals(blocks, ResidualBranch.of(Zoo.build(net, 1)).size());
  }

  @Test
  void of_identityAndProjection_takesTheDeepSide() {
    String first = conv("b", pointwise("a.relu", Pointwise.RELU, conv("a", "x", 3)), 3);
    pointwise("sum", Pointwise.ADD, "x", first);
    String second = conv("d", pointwise("c.relu", Pointwise.RELU, conv("c", "sum", 3)), 3);
    pointwise("out", Pointwise.ADD, second, conv("project", "sum", 1));
    List<ResidualBranch> branches = ResidualBranch.of(build("out"));
    assertEquals(
        List.of(
            new ResidualBranch("sum", 1, "b", "x", Set.of("a", "a.relu", "b")),
            new ResidualBranch("out", 0, "d", "sum", Set.of("c", "c.relu", "d"))),
        branches);
  }

  /** Equal sides, sides from different places, and what is needed elsewhere are no branches. */
  @Test
  void of_otherSums_findsNone() {
    pointwise("even", Pointwise.ADD, conv("a", "x", 3), conv("b", "x", 3));
    pointwise("twice", Pointwise.ADD, "even", "even");
    String kept = conv("c", "twice", 3);
    pointwise("out", Pointwise.ADD, "twice", kept);
    assertEquals(List.of(), ResidualBranch.of(build("out", kept)));
  }

  @Test
  void factorFold_scalesTheLastLayer_andNothingElse() {
    String end = pointwise("end", Pointwise.RELU, conv("b", conv("a", "x", 3), 3));
    pointwise("out", Pointwise.ADD, "x", end);
    Graph graph = build("out");
    Graph folded = FactorFold.apply(graph, end, 0.5).orElseThrow();
    assertArrayEquals(new float[] {0.5f, 1, 1.5f, 2}, folded.weight("b.bias").toFloats());
    assertEquals(1, folded.weight("b.weight").toFloats()[7]);
    assertEquals(graph.weight("a.weight"), folded.weight("a.weight"));
    assertEquals(graph.nodes(), folded.nodes());
    assertTrue(FactorFold.apply(graph, end, -1).isEmpty(), "no ReLU passes a sign");
    assertTrue(FactorFold.apply(graph, "a", -1).isPresent());
  }

  @Test
  void factorFold_ofWhatOthersReadToo_isNotPossible() {
    String a = conv("a", "x", 3);
    pointwise("half", Pointwise.SIGMOID, a);
    pointwise("out", Pointwise.MUL, a, "half");
    Op again = new Op.Conv(Window.square(2, 3, 1, 1), 1);
    builder.add("shared", again, "x", "c.weight");
    conv("c", "x", 3);
    pointwise("sum", Pointwise.ADD, "c", "shared");
    Graph graph = build("out", "sum");
    assertTrue(FactorFold.apply(graph, "a", 0.5).isEmpty(), "two readers");
    assertTrue(FactorFold.apply(graph, "half", 0.5).isEmpty(), "not linear");
    assertTrue(FactorFold.apply(graph, "c", 0.5).isEmpty(), "a weight of two layers");
    assertTrue(FactorFold.apply(graph, "out", 0.5).isEmpty(), "an output");
    assertTrue(FactorFold.apply(graph, "x", 0.5).isEmpty(), "an input");
  }
}
