package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Header;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import io.espalier.latency.OrtOptions;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.torch.Mode;
import io.espalier.zoo.Zoo;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Channel Gating's gates: what they compute, what they cost, where they stand. */
class PixelGateTest {
  private static final GateOptions DEFAULT = GateOptions.of(Variant.CHANNEL_GATING);
  private static final GateOptions ALL =
      DEFAULT.withLayers(DEFAULT.layers().withFirst(true)).withParts(2);

  /** One 1x1 convolution from 2 channels to 2, with bias and normalisation, on images of 2x2. */
  private static Graph tiny() {
    GraphBuilder builder = new GraphBuilder("tiny");
    Shape shape = new Shape(List.of(Dim.symbol("batch"), Dim.of(2), Dim.of(2), Dim.of(2)));
    String x = builder.input("x", new ValueType(DataType.FLOAT, shape));
    builder.initializer("w", Tensor.floats(new int[] {2, 2, 1, 1}, 2, 10, -1, 5));
    builder.initializer("b", Tensor.floats(new int[] {2}, 1, 0));
    builder.add("conv", new Op.Conv(Window.square(2, 1, 1, 0), 1), x, "w", "b");
    builder.initializer("one", Tensor.floats(new int[] {2}, 1, 1));
    builder.initializer("zero", Tensor.floats(new int[] {2}, 0, 0));
    builder.add("norm", new Op.BatchNorm(1e-5, 0.9), "conv", "one", "zero", "zero", "one");
    builder.add("y", new Op.Elementwise(Pointwise.RELU), "norm");
    return builder.output(new Port("y", new ValueType(DataType.FLOAT, shape))).build();
  }

  @Test
  void layer_ofTwoInputs_byHand() {
    DynamicNet net = DynamicNet.insert(tiny(), ALL);
    PixelGate gate = (PixelGate) net.gates().getFirst();
    Node norm = net.graph().producers().get(gate.score());
    // Thresholds of 0.2 and 0.5; means 6 and -2; standard deviations 2 and 1.
    Graph set =
        net.graph()
            .withWeights(
                Map.of(
                    gate.shift(), Tensor.floats(new int[] {2}, -0.2f, -0.5f),
                    norm.input(3), Tensor.floats(new int[] {2}, 6, -2),
                    norm.input(4), Tensor.floats(new int[] {2}, 4, 1)));
    Tensor image = Tensor.floats(new int[] {1, 2, 2, 2}, 1, 2, 3, 4, 1, 1, -1, 0);
    Map<String, float[]> seen = Values.of(set, image, gate);
    // 2 x0 + 1 = 3 5 7 9 and -x0 = -1 -2 -3 -4, normalised, less the thresholds.
    float[] scores = {-1.7f, -0.7f, 0.3f, 1.3f, 0.5f, -0.5f, -1.5f, -2.5f};
    assertArrayEquals(scores, seen.get(gate.score()), 1e-4f);
    assertArrayEquals(new float[] {0, 0, 1, 1, 1, 0, 0, 0}, seen.get(gate.gate()));
    // Where a gate is open, 10 x1 = 10 10 -10 0 and 5 x1 = 5 5 -5 0 come in addition.
    assertArrayEquals(new float[] {3, 5, -3, 9, 4, -2, -3, -4}, seen.get(gate.output()), 1e-6f);
    // 2 x 4 for the base path, 3 pixels of 8 for the other input.
    try (SampleRunner runner = SampleRunner.of(set, OrtOptions.plain())) {
      SampleUse use = runner.run(image).samples().getFirst();
      assertEquals(List.of(List.of(0.5, 0.25)), use.shares());
      assertEquals(8 + 3, use.macs());
      assertEquals(8 + 3 + 8, use.macsWithBias());
      assertEquals(16, runner.denseMacs());
      assertTrue(runner.decidesPixels());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vgg11", "resnet20", "preresnet20", "resnext20", "mobilenetv2"})
  void gates_thatAreOpen_giveTheOriginal(String name) {
    Graph graph = Samples.colour(name);
    DynamicNet open = withThresholds(DynamicNet.insert(graph, DEFAULT), -1e6f);
    Tensor images = Samples.images(graph, 2);
    assertClose(Samples.onOrt(graph, images), Samples.onOrt(open.graph(), images));
    assertClose(Samples.onTorch(graph, images), Samples.onTorch(open.graph(), images));
  }

  /** The original with zeros for the weights of the other inputs. */
  @ParameterizedTest
  @CsvSource({"vgg11, 4", "resnet20, 4", "resnet20, 3", "preresnet20, 2"})
  void gates_thatAreClosed_giveTheBasePath(String name, int parts) {
    Graph graph = Samples.colour(name);
    GateOptions options = DEFAULT.withParts(parts);
    DynamicNet closed = withThresholds(DynamicNet.insert(graph, options), 1e6f);
    Map<String, Tensor> base = new HashMap<>();
    for (Gate gate : closed.gates()) {
      String weight = graph.node(gate.layer()).orElseThrow().input(1);
      base.put(weight, firstInputs(graph.weight(weight), parts));
    }
    Tensor images = Samples.images(graph, 2);
    float[] expected = Samples.onOrt(graph.withWeights(base), images);
    assertClose(expected, Samples.onOrt(closed.graph(), images));
    assertClose(expected, Samples.onTorch(closed.graph(), images));
  }

  /** The first of {@code parts} parts of the inputs, rounded up. */
  private static Tensor firstInputs(Tensor weight, int parts) {
    double[] values = weight.toDoubles();
    int inputs = weight.size(1);
    int taps = values.length / (weight.size(0) * inputs);
    for (int i = 0; i < values.length; i++) {
      values[i] = i / taps % inputs * parts < inputs ? values[i] : 0;
    }
    return weight.withValues(values);
  }

  private static DynamicNet withThresholds(DynamicNet net, float threshold) {
    Map<String, Tensor> shifts = new HashMap<>();
    for (Gate gate : net.gates()) {
      double[] values = new double[gate.channels()];
      Arrays.fill(values, -threshold);
      String shift = ((PixelGate) gate).shift();
      shifts.put(shift, net.graph().weight(shift).withValues(values));
    }
    return DynamicNet.of(net.graph().withWeights(shifts));
  }

  private static void assertClose(float[] expected, float[] got) {
    double scale = 0;
    for (float value : expected) {
      scale = Math.max(scale, Math.abs(value));
    }
    assertEquals(expected.length, got.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], got[i], 1e-4 * scale);
    }
  }

  /** Thresholds of both signs and statistics as after training, so that gates differ. */
  static DynamicNet gated(Graph graph, GateOptions options) {
    DynamicNet net = DynamicNet.insert(graph, options);
    SplittableRandom random = new SplittableRandom(29);
    Map<String, Tensor> changed = new HashMap<>();
    for (Gate gate : net.gates()) {
      Tensor shift = net.graph().weight(((PixelGate) gate).shift());
      double[] values = random.doubles(shift.elements(), -0.5, 0.5).toArray();
      changed.put(((PixelGate) gate).shift(), shift.withValues(values));
    }
    return DynamicNet.of(net.graph().withWeights(changed));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vgg11", "resnet20", "preresnet20"})
  void masked_afterWritingAndReading_givesTheSameNumbersInBothRuntimes(String name) {
    DynamicNet net = gated(Samples.colour(name), DEFAULT);
    Tensor images = Samples.images(net.graph(), 3);
    DynamicNet read = DynamicNet.of(OnnxReader.read(OnnxWriter.toBytes(net.graph())));
    assertEquals(net.gates(), read.gates());
    assertEquals(Variant.CHANNEL_GATING, read.variant());
    float[] onOrt = Samples.onOrt(read.graph(), images);
    assertArrayEquals(Samples.onOrt(net.graph(), images), onOrt);
    assertClose(onOrt, Samples.onTorch(net.graph(), images));
    assertTrue(net.graph().nodes().stream().map(Node::op).noneMatch(Op.Opaque.class::isInstance));
  }

  /** With p = 4, a layer costs 1/4 + 3/4 mean(d) of what it did; the rest of the network all. */
  @Test
  void cost_ofASample_followsFromTheMeanOfItsGates() {
    DynamicNet net = gated(Samples.settled(Chains.of(1, 8, 12, 16), 3), DEFAULT);
    assertEquals(2, net.gates().size());
    Tensor images = Samples.images(net.graph(), 5);
    double[] dense = {9 * 8 * 12 * 16, 9 * 12 * 16 * 16};
    double others = 9 * 8 * 64 + 16 * 4;
    assertEquals(others + dense[0] + dense[1], DynamicCost.of(net).backboneMacs());
    assertEquals(
        DynamicCost.of(net).backboneMacs() + 8 * 64 + 12 * 16 + 16 * 16 + 4,
        DynamicCost.of(net).backboneMacsWithBias());
    assertEquals(0, DynamicCost.of(net).saliencyMacs());
    long[][] counted = new long[1][];
    GateTrace trace =
        new GateTrace(
            net,
            (gates, n) -> counted[0] = CostOfBatch.exact(DynamicCost.of(net), gates, n, false));
    Samples.onTorch(net.graph(), images, Mode.EVAL, trace);
    Map<String, Tensor> seen = Samples.valuesOnOrt(Samples.showingGates(net), images);
    for (int n = 0; n < 5; n++) {
      double expected = others;
      for (int i = 0; i < 2; i++) {
        float[] d = seen.get(net.gates().get(i).gate()).select(0, new int[] {n}).toFloats();
        double mean = IntStream.range(0, d.length).mapToDouble(at -> d[at]).average().orElseThrow();
        assertTrue(mean > 0.1 && mean < 0.9, "mean " + mean);
        expected += dense[i] * (1 / 4.0 + 3 / 4.0 * mean);
      }
      assertEquals(expected, counted[0][n], 0.5);
    }
    try (SampleRunner runner = SampleRunner.of(net.graph(), OrtOptions.plain())) {
      long[] used = runner.run(images).samples().stream().mapToLong(SampleUse::macs).toArray();
      assertArrayEquals(counted[0], used);
    }
    assertTrue(Arrays.stream(counted[0]).distinct().count() > 1);
  }

  /** Where a gate is closed the base path is there, so that the next layer reads all channels. */
  @Test
  void cost_ofTheNextLayer_doesNotDependOnTheGate() {
    Graph tiny = tiny();
    GraphBuilder builder = new GraphBuilder("two");
    tiny.inputs().forEach(builder::input);
    builder.initializer("w", tiny.weight("w"));
    Op conv = new Op.Conv(Window.square(2, 1, 1, 0), 1);
    builder.add("first", conv, "x", "w");
    builder.add("relu", new Op.Elementwise(Pointwise.RELU), "first");
    builder.initializer("v", tiny.weight("w"));
    builder.add("second", conv, "relu", "v");
    builder.output(new Port("second", tiny.outputs().getFirst().type()));
    GateOptions every = ALL.withLayers(ALL.layers().withPlacement(GatedLayers.Placement.EVERY));
    DynamicNet net = DynamicNet.insert(builder.build(), every);
    assertEquals(List.of("first"), net.gates().stream().map(Gate::layer).toList());
    assertEquals(
        Map.of("second", "its channels are the network's outputs"),
        DynamicNet.ungated(builder.build(), every));
    // 16 MACs each, half of the first one's for its base path.
    Shares.requireReachable(net, 24 / 32.0);
    assertThrows(DynamicException.class, () -> Shares.requireReachable(net, 23 / 32.0));
  }

  @Test
  void cost_ofClosedGates_isTheBasePaths() {
    DynamicNet net = DynamicNet.insert(Chains.of(1, 8, 12, 16), DEFAULT);
    Shares.requireReachable(net, 0.33);
    DynamicException problem =
        assertThrows(DynamicException.class, () -> Shares.requireReachable(net, 0.32));
    // (4608 + 64 + 3456 + 6912) / 46144
    assertTrue(problem.getMessage().contains("network costs 32.6 %"), problem.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "mobilenetv2, 34, its convolution has groups, 17",
    "resnext20, 15, its convolution has groups, 6",
    "resnet20, 18, it reads the network's input, 1",
    "preresnet20, 9, no batch normalisation is its only reader, 11"
  })
  void layers_thatCannotBeDivided_stayDense(String name, int gated, String why, int count) {
    Graph graph = Zoo.build(name, 1);
    Map<String, String> dense = DynamicNet.ungated(graph, DEFAULT);
    assertEquals(gated, DynamicNet.insert(graph, DEFAULT).gates().size());
    assertEquals(count, dense.values().stream().filter(why::equals).count(), dense.toString());
    long convolutions =
        graph.nodes().stream().map(Node::op).filter(Op.Conv.class::isInstance).count();
    assertEquals(convolutions, gated + dense.size());
  }

  @Test
  void layers_withFewInputs_stayDense() {
    Graph chain = Chains.of(1, 3, 6, 8);
    assertEquals(
        Map.of(
            "layer1", "it reads the network's input",
            "layer2", "3 input channels are too few for p = 4"),
        DynamicNet.ungated(chain, DEFAULT));
    PixelGate gate = (PixelGate) DynamicNet.insert(chain, DEFAULT).gates().getFirst();
    assertEquals("layer3", gate.layer());
    DynamicNet net = DynamicNet.insert(chain, DEFAULT);
    Node base = net.graph().node(gate.base()).orElseThrow();
    assertEquals(2, net.graph().weight(base.input(1)).size(1));
    DynamicException none =
        assertThrows(DynamicException.class, () -> DynamicNet.insert(chain, DEFAULT.withParts(9)));
    assertTrue(none.getMessage().contains("9 input channels or more (p)"), none.getMessage());
  }

  @Test
  void pixels_haveNoCompactForm() {
    DynamicNet net = DynamicNet.insert(Chains.of(1, 8, 12), DEFAULT);
    DynamicException refusal =
        assertThrows(DynamicException.class, () -> CompactForm.of(net, CompactOptions.defaults()));
    assertTrue(refusal.getMessage().contains("decides pixel by pixel"), refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count());
    assertThrows(DynamicException.class, () -> StaticCut.of(net));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"variant\":\"channel-gating\" | \"variant\":\"sanp\" | sanp has no such gates",
        "\"layer\":\"layer2\" | \"layer\":\"gone\" | no node 'gone'",
        "\"base\":\"layer2.cg.base\" | \"base\":\"layer1\" | no part of 'layer1.relu'",
        "\"base\":\"layer2.cg.base\" | \"base\":\"layer2.norm\" | no part of 'layer1.relu'",
        "\"channels\":12 | \"channels\":0 | 1 channel or more",
        "\"channels\":12 | \"channels\":11 | must have 11 channels",
        "\"score\":\"layer2.cg.score\" | \"score\":\"layer1\" | must have 12 channels",
        "\"gate\":\"layer2.cg.gate\" | \"gate\":\"logits\" | must have 12 channels",
        "\"shift\":\"layer2.cg.shift\" | \"shift\":\"fc.bias\" | an initializer of 12 numbers",
        "\"scale\":\"layer2.cg.scale\" | \"scales\":\"layer2.cg.scale\" | no description of gates",
        "\"scale\":\"layer2.cg.scale\" | \"scale\":null | no description of gates"
      })
  void of_descriptionThatDoesNotFit_saysWhat(String from, String to, String message) {
    Graph graph = DynamicNet.insert(Chains.of(1, 8, 12), DEFAULT).graph();
    String description = graph.header().metadata().get(GateDescription.KEY);
    assertTrue(description.contains(from), description);
    Header header = graph.header().withMetadata(GateDescription.KEY, description.replace(from, to));
    DynamicException problem =
        assertThrows(DynamicException.class, () -> DynamicNet.of(graph.withHeader(header)));
    assertTrue(problem.getMessage().contains(message), problem.getMessage());
    assertEquals(1, problem.getMessage().lines().count());
  }
}
