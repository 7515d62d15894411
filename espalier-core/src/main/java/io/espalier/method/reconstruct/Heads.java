package io.espalier.method.reconstruct;

import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.method.MethodException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A network with classifiers on its way: batch normalisation, ReLU, mean over the map, linear
 * layer.
 *
 * @param graph the network; the outputs of the heads come after its own
 * @param logits what the heads say, {@code [N, classes]} each, the network's own output last
 * @param values what they look at
 */
record Heads(Graph graph, List<String> logits, List<String> values) {
  /**
   * A value that everything behind it depends on by itself alone, and the cost of what it needs.
   */
  private record Waist(String value, long macs) {}

  /**
   * {@code graph} with at most {@code count} heads, that divide its MACs evenly.
   *
   * @throws MethodException if it is no classifier
   */
  static Heads on(Graph graph, int count, SplittableRandom random) {
    Shape output = graph.outputs().getFirst().type().shape();
    if (output.rank() != 2 || !output.dim(1).isFixed()) {
      throw new MethodException(
          "dcp needs a classifier, but output '%s' of '%s' is %s instead of [N, classes]"
              .formatted(graph.outputs().getFirst().name(), graph.name(), output));
    }
    GraphBuilder builder = GraphBuilder.from(graph);
    List<String> logits = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Waist waist : chosen(graph, count)) {
      int channels = Math.toIntExact(graph.shape(waist.value()).orElseThrow().size(1));
      logits.add(add(builder, waist.value(), channels, output, random));
      values.add(waist.value());
    }
    logits.add(graph.outputs().getFirst().name());
    return new Heads(builder.build(), List.copyOf(logits), List.copyOf(values));
  }

  private static List<Waist> chosen(Graph graph, int count) {
    List<Waist> waists = waists(graph);
    long all = Cost.of(graph).macs();
    Map<String, Waist> chosen = new LinkedHashMap<>();
    for (int i = 1; i <= count; i++) {
      double wanted = (double) all * i / (count + 1);
      waists.stream()
          .filter(waist -> waist.macs() > 0 && waist.macs() < all)
          .min(
              Comparator.comparingDouble((Waist waist) -> Math.abs(waist.macs() - wanted))
                  .thenComparing(waist -> -waists.indexOf(waist)))
          .ifPresent(waist -> chosen.put(waist.value(), waist));
    }
    return List.copyOf(chosen.values());
  }

  /** The maps through which all that follows must pass, in network order. */
  private static List<Waist> waists(Graph graph) {
    Map<String, Integer> lastUse = new HashMap<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      for (String read : Graph.reads(graph.nodes().get(i))) {
        lastUse.put(read, i);
      }
    }
    graph.outputs().forEach(port -> lastUse.put(port.name(), Integer.MAX_VALUE));
    Map<String, Long> macs = new HashMap<>();
    for (NodeCost cost : Cost.of(graph).nodes()) {
      macs.put(cost.node().name(), cost.macs());
    }
    List<String> live = new ArrayList<>();
    graph.inputs().forEach(port -> live.add(port.name()));
    List<Waist> waists = new ArrayList<>();
    long spent = 0;
    for (int i = 0; i < graph.nodes().size(); i++) {
      Node node = graph.nodes().get(i);
      int now = i;
      spent += macs.getOrDefault(node.name(), 0L);
      live.addAll(node.outputs());
      live.removeIf(value -> lastUse.getOrDefault(value, -1) <= now);
      if (live.size() == 1 && node.outputs().contains(live.getFirst()) && isMap(graph, live)) {
        waists.add(new Waist(live.getFirst(), spent));
      }
    }
    return waists;
  }

  private static boolean isMap(Graph graph, List<String> live) {
    return graph
        .shape(live.getFirst())
        .filter(shape -> shape.rank() > 2 && shape.dim(1).isFixed())
        .isPresent();
  }

  private static String add(
      GraphBuilder builder, String value, int channels, Shape output, SplittableRandom random) {
    String name = builder.fresh(value + "/head");
    String scale = builder.initializer(name + ".scale", filled(channels, 1));
    String shift = builder.initializer(name + ".shift", filled(channels, 0));
    String mean = builder.initializer(name + ".mean", filled(channels, 0));
    String variance = builder.initializer(name + ".variance", filled(channels, 1));
    int classes = Math.toIntExact(output.size(1));
    double most = 1 / Math.sqrt(channels);
    double[] weights = random.doubles((long) classes * channels, -most, most).toArray();
    builder.initializer(
        name + ".weight", Tensor.of(DataType.FLOAT, new int[] {classes, channels}, weights));
    builder.initializer(name + ".bias", filled(classes, 0));
    builder.add(name + "/norm", Op.BatchNorm.USUAL, value, scale, shift, mean, variance);
    builder.add(name + "/relu", new Op.Elementwise(Pointwise.RELU), name + "/norm");
    builder.add(name + "/pool", new Op.GlobalPool(false), name + "/relu");
    builder.add(name + "/flat", new Op.Flatten(1), name + "/pool");
    Op gemm = new Op.Gemm(1, 1, false, true);
    String logits = name + "/logits";
    builder.add(logits, gemm, name + "/flat", name + ".weight", name + ".bias");
    Shape shape = new Shape(List.of(output.dim(0), Dim.of(classes)));
    builder.output(new Port(logits, new ValueType(DataType.FLOAT, shape)));
    return logits;
  }

  private static Tensor filled(int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return Tensor.floats(new int[] {count}, values);
  }

  /** What the first head says that sees all outputs of {@code layers}. */
  String behind(List<Site> layers) {
    Map<String, Integer> times = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.outputs().forEach(value -> times.put(value, times.size()));
    }
    int last =
        layers.stream().mapToInt(site -> times.get(site.layer().output())).max().orElseThrow();
    for (int i = 0; i < values.size(); i++) {
      if (times.get(values.get(i)) >= last) {
        return logits.get(i);
      }
    }
    return logits.getLast();
  }
}
