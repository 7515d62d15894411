package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import io.espalier.zoo.Zoo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WidthPresetTest {
  /** What stays of the layers that the preset speaks of, and the cost before and after. */
  private record Outcome(String widths, Cost before, Cost after) {}

  private static Outcome outcome(String preset, Graph graph) {
    ChannelMap map = ChannelMap.of(graph);
    Map<String, Double> ratios = WidthPreset.of(preset).ratios(graph, map);
    PlanOptions options =
        new PlanOptions(
            Optional.empty(),
            PlanOptions.Ranking.GLOBAL,
            ratios,
            List.of(),
            0,
            1,
            PlanOptions.Scope.ALL);
    Scores scores = Scores.of(map, group -> new double[group.units()]);
    Graph cut = Surgeon.cut(graph, Planner.plan(graph, map, scores, options));
    ChannelMap left = ChannelMap.of(cut);
    Set<Integer> streams = Streams.of(cut, left);
    List<Integer> widths =
        left.groups().stream()
            .filter(group -> !streams.contains(group.index()))
            .map(ChannelGroup::units)
            .toList();
    return new Outcome(text(widths), Cost.of(graph), Cost.of(cut));
  }

  /** Equal widths in a row as {@code 7x14}. */
  private static String text(List<Integer> widths) {
    StringBuilder text = new StringBuilder();
    for (int from = 0, to; from < widths.size(); from = to) {
      to = from;
      while (to < widths.size() && widths.get(to).equals(widths.get(from))) {
        to++;
      }
      String times = to - from > 1 ? (to - from) + "x" : "";
      text.append(from > 0 ? " " : "").append(times).append(widths.get(from));
    }
    return text.toString();
  }

  private static Graph network(String name) {
    return name.equals("resnet34") ? resnet34() : Zoo.build(name, 1);
  }

  /**
   * A tenth of 16, 32 and 64, rounded up, leaves 14, 28 and 57; blocks 8, 10, 19 and 27 are whole.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet56, resnet56-a, 7x14 16 14 32 8x28 64 7x57 64",
    "resnet56, resnet56-b, 7x6 2x16 32 6x22 32 22 64 7x57 64",
    "resnet110, resnet110-a, 17x8 16 18x32 18x64",
    "resnet110, resnet110-b, 17x8 16 32 17x19 64 17x44",
    "vgg16, vgg16-a, 32 64 2x128 9x256",
    "resnet34, resnet34-a, 64 2x44 128 2x89 128 256 4x179 256 3x512",
    "resnet34, resnet34-b, 64 2x32 128 2x51 128 256 4x153 256 3x512",
  })
  void widths_ofThePrunedNetwork_areThePublishedOnes(String network, String preset, String left) {
    assertEquals(left, outcome(preset, network(network)).widths());
  }

  /** Table 1 of the paper: FLOPs that are left, and what share of them and of parameters went. */
  @ParameterizedTest
  @CsvSource({
    "vgg16, vgg16-a, 2.06e8, 34.2, 64.0",
    "resnet56, resnet56-a, 1.12e8, 10.4, 9.4",
    "resnet56, resnet56-b, 9.09e7, 27.6, 13.7",
    "resnet110, resnet110-a, 2.13e8, 15.9, 2.3",
    "resnet110, resnet110-b, 1.55e8, 38.6, 32.4",
    "resnet34, resnet34-a, 3.08e9, 15.5, 7.6",
    "resnet34, resnet34-b, 2.76e9, 24.2, 10.8",
  })
  void cost_ofThePrunedNetwork_isThePublishedOne(
      String network, String preset, double macs, double macsLost, double paramsLost) {
    Outcome outcome = outcome(preset, network(network));
    // The paper's VGG-16 has a hidden linear layer of 512, which it leaves alone.
    long hidden = network.equals("vgg16") ? 512 * 512 + 512 : 0;
    long hiddenLeft = network.equals("vgg16") ? 256 * 512 + 512 + (512 - 256) * 10 : 0;
    assertEquals(macs, outcome.after().macs(), 0.005 * macs);
    assertEquals(macsLost, lost(outcome.before().macs(), outcome.after().macs()), 0.07);
    long before = outcome.before().params() + hidden;
    assertEquals(paramsLost, lost(before, outcome.after().params() + hiddenLeft), 0.07);
  }

  private static double lost(long before, long after) {
    return 100.0 * (before - after) / before;
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20, resnet56-a, residual branches with 3 + 3 + 3;",
    "resnet56, resnet110-a, residual branches with 9 + 9 + 9;",
    "vgg16, resnet56-a, a chain with 2 + 2 + 3 + 6;",
    "resnet56, vgg16-a, residual branches with 9 + 9 + 9;",
    "lenet, vgg16-a, a chain with 1 + 1;",
  })
  void ratios_ofAnotherNetwork_areRefused(String network, String preset, String found) {
    Graph graph = Zoo.build(network, 1);
    ChannelMap map = ChannelMap.of(graph);
    WidthPreset wanted = WidthPreset.of(preset);
    PlanException problem = assertThrows(PlanException.class, () -> wanted.ratios(graph, map));
    assertTrue(problem.getMessage().contains(found), problem.getMessage());
  }

  @Test
  void of_unknownName_listsTheNames() {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> WidthPreset.of("resnet50-a"));
    assertTrue(problem.getMessage().contains("vgg16-a, resnet56-a"), problem.getMessage());
  }

  /** ResNet-34 for ImageNet with shortcuts that have no parameters, as the paper counts it. */
  private static Graph resnet34() {
    return new Residual().build(new int[] {64, 128, 256, 512}, new int[] {3, 4, 6, 3});
  }

  private static final class Residual {
    private final GraphBuilder builder = new GraphBuilder("residual");
    private int layers;

    Graph build(int[] widths, int[] blocks) {
      builder.input("x", ValueType.floats(1, 3, 224, 224));
      String x = relu(conv("x", 3, widths[0], 7, 2));
      Window pool = Window.square(2, 3, 2, 1);
      x = builder.add("pool", new Op.MaxPool(pool, false), x);
      int size = 56;
      int in = widths[0];
      for (int stage = 0; stage < widths.length; stage++) {
        for (int block = 0; block < blocks[stage]; block++) {
          int stride = stage > 0 && block == 0 ? 2 : 1;
          String y = relu(conv(x, in, widths[stage], 3, stride));
          y = conv(y, widths[stage], widths[stage], 3, 1);
          String around = stride == 1 ? x : around(x, in, widths[stage], size);
          size /= stride;
          in = widths[stage];
          Op add = new Op.Elementwise(Pointwise.ADD);
          x = relu(builder.add("sum" + layers, add, y, around));
        }
      }
      builder.add("mean", new Op.GlobalPool(false), x);
      builder.add("flat", new Op.Flatten(1), "mean");
      builder.initializer("fc.w", zeros(1000, in));
      builder.initializer("fc.b", zeros(1000));
      builder.add("fc", new Op.Gemm(1, 1, false, true), "flat", "fc.w", "fc.b");
      return builder.output(new Port("fc", ValueType.floats(1, 1000))).build();
    }

    private String around(String x, int in, int out, int size) {
      Op slice =
          new Op.Slice(
              List.of(0L, 0L), List.of((long) size, (long) size), List.of(2, 3), List.of(2L, 2L));
      String smaller = builder.add("slice" + layers, slice, x);
      int each = (out - in) / 2;
      Op pad = new Op.Pad("constant", List.of(0, each, 0, 0, 0, each, 0, 0), 0);
      return builder.add("pad" + layers, pad, smaller);
    }

    /** With batch normalisation; names tell nothing. */
    private String conv(String x, int in, int out, int kernel, int stride) {
      String name = "n" + layers++;
      builder.initializer(name + ".w", zeros(out, in, kernel, kernel));
      Op conv = new Op.Conv(Window.square(2, kernel, stride, kernel / 2), 1);
      String y = builder.add(name, conv, x, name + ".w");
      for (String part : List.of("s", "b", "m", "v")) {
        builder.initializer(name + part, zeros(out));
      }
      Op norm = new Op.BatchNorm(1e-5, 0.9);
      return builder.add(name + ".n", norm, y, name + "s", name + "b", name + "m", name + "v");
    }

    private static Tensor zeros(int... shape) {
      return Tensor.floats(shape, new float[(int) Tensor.elements(shape)]);
    }

    private String relu(String x) {
      return builder.add(x + ".r", new Op.Elementwise(Pointwise.RELU), x);
    }
  }
}
