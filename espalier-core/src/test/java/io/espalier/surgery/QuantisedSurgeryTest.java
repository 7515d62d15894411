package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import io.espalier.proof.Proof;
import io.espalier.proof.ProofResult;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A network with int8 weights behind QuantizeLinear and DequantizeLinear is cut as any other. */
class QuantisedSurgeryTest {
  private final SplittableRandom random = new SplittableRandom(4);
  private final GraphBuilder builder = new GraphBuilder("quantised");

  private String conv(String name, String x, int in, int out) {
    double[] bytes = random.ints(9L * in * out, -90, 90).asDoubleStream().toArray();
    builder.initializer(name + ".q", Tensor.of(DataType.INT8, new int[] {out, in, 3, 3}, bytes));
    double[] scales = random.doubles(out, 0.01, 0.02).toArray();
    builder.initializer(name + ".s", Tensor.of(DataType.FLOAT, new int[] {out}, scales));
    builder.initializer(name + ".z", Tensor.of(DataType.INT8, new int[] {out}, new double[out]));
    String weight =
        builder.add(name + ".w", new Op.Dequantize(0), name + ".q", name + ".s", name + ".z");
    return builder.add(name, new Op.Conv(Window.square(2, 3, 1, 1), 1), x, weight);
  }

  private String requantised(String x) {
    String scale = builder.initializer(x + ".s2", Tensor.floats(new int[0], 0.05f));
    String zero = builder.initializer(x + ".z2", Tensor.of(DataType.UINT8, new int[0], 0));
    builder.add(x + ".int", new Op.Quantize(1), x, scale, zero);
    return builder.add(x + ".real", new Op.Dequantize(1), x + ".int", scale, zero);
  }

  @Test
  void cut_quantisedNetwork_takesScalesAndZeroPointsAlong() {
    builder.input("x", ValueType.floats(1, 3, 6, 6));
    String first = requantised(conv("a", "x", 3, 8));
    String second = builder.add("r", new Op.Elementwise(Pointwise.RELU), conv("b", first, 8, 8));
    builder.add("sum", new Op.Elementwise(Pointwise.ADD), first, second);
    conv("c", "sum", 8, 2);
    builder.output(new Port("c", ValueType.floats(1, 2, 6, 6)));
    Graph graph = builder.build();
    ChannelMap map = ChannelMap.of(graph);
    Scores scores = Scores.of(map, group -> random.doubles(group.units()).toArray());
    PlanOptions half = PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5));
    PruningPlan plan = Planner.plan(graph, map, scores, half);
    Graph cut = Surgeon.cut(graph, plan);
    assertTrue(2 * Cost.of(cut).macs() <= Cost.of(graph).macs());
    int width = cut.weight("a.q").size(0);
    assertTrue(width < 8);
    assertEquals(width, cut.weight("a.s").size(0));
    assertEquals(width, cut.weight("b.z").size(0));
    assertEquals(DataType.INT8, cut.weight("b.q").type());
    ProofResult proof = Proof.onRandomInputs(graph, plan, cut, 2);
    assertTrue(proof.passed(), proof + " " + Arrays.toString(cut.weight("c.q").shape()));
  }
}
