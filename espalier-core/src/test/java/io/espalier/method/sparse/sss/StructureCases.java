package io.espalier.method.sparse.sss;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import io.espalier.method.Benches;
import io.espalier.method.TinyNetworks;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Surgeon;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;

/** Networks, factors and cuts that several tests of this package share. */
final class StructureCases {
  private StructureCases() {}

  static final Set<Structure.Kind> ALL = Structures.kinds("all");

  static Structures find(Graph graph, String kinds) {
    return Structures.find(Benches.of(graph, Networks.NO_SIZE), Structures.kinds(kinds), false);
  }

  /** Factors that are powers of two, which float32 weights take without rounding, and zeros. */
  static double[] factors(Structures structures, DoubleSupplier draw, double zeros) {
    return factors(structures, draw, zeros, 0.25, 0.5, 1, 2);
  }

  static double[] factors(
      Structures structures, DoubleSupplier draw, double zeros, double... values) {
    double[] factors = new double[structures.count()];
    Arrays.setAll(
        factors,
        i -> draw.getAsDouble() < zeros ? 0 : values[(int) (draw.getAsDouble() * values.length)]);
    return factors;
  }

  static Graph cut(Graph folded, Removal removal) {
    List<PlanEntry> entries = removal.entries(ChannelMap.of(folded));
    return Surgeon.cut(folded, PruningPlan.of(folded, entries));
  }

  static double[] gated(Graph graph, Structures structures, double[] factors) {
    Gates gates = new Gates(graph, ChannelMap.of(graph), structures);
    return Networks.outputs(gates.graph(), gates.taps(factors));
  }

  /** Tiny networks of every shape and those of the zoo with all kinds of structures. */
  static List<Graph> networks() {
    List<Graph> graphs = new ArrayList<>();
    for (TinyNetworks.Kind kind : TinyNetworks.Kind.values()) {
      graphs.add(TinyNetworks.of(kind, true));
      graphs.add(TinyNetworks.of(kind, false));
    }
    List.of("resnet8", "resnext20", "resnet20", "mobilenetv2").stream()
        .map(Networks::lively)
        .forEach(graphs::add);
    graphs.add(sharing());
    return graphs;
  }

  /** Two layers that read the same channels with one weight. */
  static Graph sharing() {
    SplittableRandom random = new SplittableRandom(15);
    Op conv = new Op.Conv(Window.square(2, 3, 1, 1), 1);
    GraphBuilder builder = new GraphBuilder("sharing");
    builder.input("images", ValueType.floats(2, 1, 6, 6));
    builder.initializer("first.weight", uniform(random, 4, 1, 3, 3));
    builder.initializer("shared", uniform(random, 3, 4, 3, 3));
    builder.initializer("last.weight", uniform(random, 3, 6));
    builder.add("first", conv, "images", "first.weight");
    builder.add("relu", new Op.Elementwise(Pointwise.RELU), "first");
    builder.add("tanh", new Op.Elementwise(Pointwise.TANH), "relu");
    builder.add("left", conv, "relu", "shared");
    builder.add("right", conv, "tanh", "shared");
    builder.add("both", new Op.Concat(1), "left", "right");
    builder.add("pool", new Op.GlobalPool(false), "both");
    builder.add("flat", new Op.Flatten(1), "pool");
    builder.add("logits", new Op.Gemm(1, 1, false, true), "flat", "last.weight");
    return builder.output(new Port("logits", ValueType.floats(2, 3))).build();
  }

  static Tensor uniform(SplittableRandom random, int... shape) {
    double[] values = random.doubles(Tensor.elements(shape), -0.5, 0.5).toArray();
    return Tensor.of(DataType.FLOAT, shape, values);
  }

  static double[] ones(Structures structures, Predicate<Structure> zero) {
    return structures.all().stream().mapToDouble(s -> zero.test(s) ? 0 : 1).toArray();
  }

  static Graph cutByZeros(Graph graph, Structures structures, double[] factors) {
    Workbench bench = Benches.of(graph, Networks.NO_SIZE);
    Graph folded = Folding.apply(graph, ChannelMap.of(graph), structures, factors);
    return cut(folded, new Decision(bench, structures, factors, folded).removal());
  }

  static long layers(Graph graph) {
    return graph.nodes().stream().filter(node -> node.op() instanceof Op.Conv).count();
  }
}
