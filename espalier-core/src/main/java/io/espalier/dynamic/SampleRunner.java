package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.latency.OrtNet;
import io.espalier.latency.OrtOptions;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Runs a dynamic network, masked or compact, in ONNX Runtime, one sample after the other, and says
 * what each sample used. A compact network skips most when it sees one sample at a time. Holds
 * native memory until it is closed; one thread at a time. To use several cores, open one for each.
 */
public final class SampleRunner implements AutoCloseable {
  private final SkipDescription description;
  private final DynamicCost cost;
  private final OrtNet net;
  private final String input;
  private final String output;

  private SampleRunner(Graph graph, OrtOptions options) {
    if (graph.inputs().size() != 1) {
      throw new DynamicException(
          "network '%s' must have one input, but has %d"
              .formatted(graph.name(), graph.inputs().size()));
    }
    Dim batch = graph.inputs().getFirst().type().shape().dim(0);
    if (batch.isFixed() && batch.size() != 1) {
      throw new DynamicException(
          "network '%s' must take one sample at a time, but takes %d"
              .formatted(graph.name(), batch.size()));
    }
    description = SkipDescription.of(graph);
    cost = description.cost();
    input = graph.inputs().getFirst().name();
    output = graph.outputs().getFirst().name();
    net = OrtNet.load(OnnxWriter.toBytes(showing(graph, description)), graph.name(), options);
  }

  /**
   * What a batch came to.
   *
   * @param output the network's first output, {@code [N, ...]}
   * @param samples what each of the {@code N} used
   */
  public record Run(Tensor output, List<SampleUse> samples) {
    public Run {
      samples = List.copyOf(samples);
    }
  }

  /** True if {@code graph} has gates that this class can follow. */
  public static boolean runs(Graph graph) {
    return DynamicNet.isDynamic(graph) || SkipDescription.isIn(graph);
  }

  /**
   * The network in {@code file}.
   *
   * @throws DynamicException if it describes no gates
   * @throws io.espalier.latency.OrtNetException if ONNX Runtime does not take it
   */
  public static SampleRunner open(Path file, OrtOptions options) {
    return new SampleRunner(OnnxReader.read(file), options);
  }

  /** As above, for a network in memory. */
  public static SampleRunner of(Graph graph, OrtOptions options) {
    return new SampleRunner(graph, options);
  }

  /** {@code graph} with its gates as further outputs. */
  private static Graph showing(Graph graph, SkipDescription description) {
    GraphBuilder builder = GraphBuilder.from(graph);
    Set<String> shown = graph.outputs().stream().map(Port::name).collect(Collectors.toSet());
    Set<String> made = graph.producers().keySet();
    for (SkipDescription.Site gate : description.gates()) {
      if (!made.contains(gate.open())) {
        throw new DynamicException(
            "gate of layer '%s': there is no value '%s'".formatted(gate.layer(), gate.open()));
      }
      if (shown.add(gate.open())) {
        int rank = graph.shape(gate.open()).map(Shape::rank).orElse(2);
        Shape shape = new Shape(Collections.nCopies(rank, Dim.unknown()));
        builder.output(new Port(gate.open(), new ValueType(DataType.FLOAT, shape)));
      }
    }
    return builder.build();
  }

  /** The layers that have gates, in network order. */
  public List<String> layers() {
    return description.gates().stream().map(SkipDescription.Site::layer).toList();
  }

  /** How many channels each of them has. */
  public List<Integer> channels() {
    return description.gates().stream().map(SkipDescription.Site::channels).toList();
  }

  /** True if gates decide about pixels, false if about whole channels. */
  public boolean decidesPixels() {
    return Variant.find(description.variant())
        .filter(variant -> variant.design() instanceof GateDesign.Pixels)
        .isPresent();
  }

  /** MACs of the network without gates. */
  public long denseMacs() {
    return cost.backboneMacs();
  }

  /** MACs of {@code graph}, masked or compact, without its gates. */
  public static long denseMacs(Graph graph) {
    return SkipDescription.of(graph).cost().backboneMacs();
  }

  SkipDescription description() {
    return description;
  }

  /**
   * The first output for {@code images} and what each of them used.
   *
   * @param images {@code [N, C, H, W]}, as the network reads them; at least one
   */
  public Run run(Tensor images) {
    int samples = images.size(0);
    if (samples == 0) {
      throw new IllegalArgumentException("there are no images");
    }
    List<Tensor> outputs = new ArrayList<>();
    List<List<List<Double>>> open = new ArrayList<>();
    for (int n = 0; n < samples; n++) {
      Map<String, Tensor> values = net.run(Map.of(input, images.select(0, new int[] {n})));
      outputs.add(values.get(output));
      open.add(
          description.gates().stream().map(gate -> shares(values.get(gate.open()), gate)).toList());
    }
    long[] macs = macs(open, false);
    long[] macsWithBias = macs(open, true);
    List<SampleUse> uses = new ArrayList<>();
    for (int n = 0; n < samples; n++) {
      uses.add(new SampleUse(macs[n], macsWithBias[n], open.get(n)));
    }
    return new Run(joined(outputs), uses);
  }

  private static List<Double> shares(Tensor value, SkipDescription.Site gate) {
    float[] floats = value.toFloats();
    int pixels = value.rank() > 2 ? floats.length / Math.max(1, value.size(1)) : 1;
    int columns = pixels == 0 ? 0 : floats.length / pixels;
    if (columns == 0 || gate.channels() % columns != 0) {
      throw new DynamicException(
          "gate of layer '%s' must have %d channels, but has %s"
              .formatted(gate.layer(), gate.channels(), Arrays.toString(value.shape())));
    }
    int block = gate.channels() / columns;
    return IntStream.range(0, gate.channels())
        .mapToObj(c -> share(floats, c / block * pixels, pixels))
        .toList();
  }

  /** How many of {@code count} numbers are above 0, as a share. */
  private static double share(float[] values, int from, int count) {
    return (double) IntStream.range(from, from + count).filter(i -> values[i] > 0).count() / count;
  }

  private long[] macs(List<List<List<Double>>> open, boolean withBias) {
    try (Scope scope = Scope.open()) {
      List<DeviceTensor> gates = new ArrayList<>();
      for (int i = 0; i < description.gates().size(); i++) {
        int channels = description.gates().get(i).channels();
        float[] rows = new float[open.size() * channels];
        for (int at = 0; at < rows.length; at++) {
          rows[at] = open.get(at / channels).get(i).get(at % channels).floatValue();
        }
        gates.add(DeviceTensor.of(rows, open.size(), channels));
      }
      return CostOfBatch.exact(cost, gates, open.size(), withBias);
    }
  }

  private static Tensor joined(List<Tensor> rows) {
    int[] shape = rows.getFirst().shape();
    int width = rows.getFirst().elements();
    float[] all = new float[Math.multiplyExact(rows.size(), width)];
    for (int n = 0; n < rows.size(); n++) {
      System.arraycopy(rows.get(n).toFloats(), 0, all, n * width, width);
    }
    shape[0] = rows.size();
    return Tensor.floats(shape, all);
  }

  @Override
  public void close() {
    net.close();
  }
}
