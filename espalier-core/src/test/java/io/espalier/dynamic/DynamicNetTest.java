package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.Header;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.testing.RandomGraphs;
import io.espalier.zoo.Zoo;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DynamicNetTest {
  private static final GateOptions ALL =
      GateOptions.of(Variant.SANP)
          .withLayers(GatedLayers.defaults().withFirst(true))
          .withSaliency(SaliencyOptions.defaults().withSpread(0));
  private static final GateOptions EVERY =
      ALL.withLayers(ALL.layers().withPlacement(GatedLayers.Placement.EVERY));

  @ParameterizedTest
  @CsvSource({
    // layers behind which a batch normalisation stands alone, with and without the first; all
    // inner convolutions
    "vgg11, 7, 8, 8",
    "m-cifarnet, 7, 8, 8",
    "resnet8, 8, 9, 9",
    "resnet20, 18, 19, 19",
    "resnext20, 21, 22, 22",
    "preresnet20, 9, 9, 21",
    "densenet40, 0, 0, 39",
    "mobilenetv2, 51, 52, 52"
  })
  void insert_ofTheZoo_gatesTheLayersThatAreAskedFor(
      String name, int normalised, int withFirst, int every) {
    Graph graph = Zoo.build(name, 1);
    if (normalised > 0) {
      assertEquals(normalised, gates(graph, GateOptions.of(Variant.SANP)).size());
      assertEquals(withFirst, gates(graph, ALL).size());
    }
    assertEquals(every, gates(graph, EVERY).size());
  }

  private static List<Gate> gates(Graph graph, GateOptions options) {
    return DynamicNet.insert(graph, options).gates();
  }

  /** Channels in blocks of 4 open and close together; 6 channels cannot be divided. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CHANNEL_GATING")
  void gatesInBlocks_areOpenTogether(Variant variant) {
    GateOptions options =
        GateOptions.of(variant)
            .withLayers(GatedLayers.defaults().withFirst(true))
            .withSaliency(SaliencyOptions.defaults().withBlock(4));
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, 12, 6, 20), 3), options);
    assertEquals(5, net.graph().weight(net.channelGates().get(2).saliency().weight()).size(0));
    Map<String, float[][]> gates = Samples.gatesOf(net, Samples.images(net.graph(), 9));
    for (String layer : List.of("layer1", "layer3")) {
      for (float[] row : gates.get(layer)) {
        for (int c = 0; c < row.length; c++) {
          assertEquals(row[c / 4 * 4], row[c], layer);
        }
      }
    }
    if (variant == Variant.FIXED_K) {
      float[] row = gates.get("layer3")[0];
      assertEquals(12, IntStream.range(0, row.length).mapToDouble(i -> row[i]).sum());
      float[] odd = gates.get("layer2")[0];
      assertEquals(3, IntStream.range(0, odd.length).mapToDouble(i -> odd[i]).sum());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vgg11", "resnet20", "preresnet20", "resnext20", "mobilenetv2"})
  void insert_withSaliencyOne_isTheOriginalBitForBit(String name) {
    Graph graph = Samples.colour(name);
    DynamicNet net = DynamicNet.insert(graph, EVERY);
    Tensor images = Samples.images(graph, 2);
    assertArrayEquals(Samples.onOrt(graph, images), Samples.onOrt(net.graph(), images));
    assertArrayEquals(Samples.onTorch(graph, images), Samples.onTorch(net.graph(), images));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void insert_inRandomNetworks_isTheOriginalBitForBit(long seed) {
    Graph graph = Samples.settled(RandomGraphs.of(seed), seed);
    DynamicNet net = DynamicNet.insert(graph, EVERY);
    Map<String, Tensor> expected = Samples.valuesOnOrt(graph, Samples.images(graph, 1));
    assertEquals(expected, Samples.valuesOnOrt(net.graph(), Samples.images(graph, 1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vgg11", "resnet20", "preresnet20"})
  void masked_afterWritingAndReading_givesTheSameNumbersInBothRuntimes(String name) {
    DynamicNet net = Samples.gated(Samples.colour(name), EVERY);
    Tensor images = Samples.images(net.graph(), 3);
    float[] onOrt = Samples.onOrt(net.graph(), images);
    DynamicNet read = DynamicNet.of(OnnxReader.read(OnnxWriter.toBytes(net.graph())));
    assertEquals(net.gates(), read.gates());
    assertEquals(Variant.SANP, read.variant());
    assertArrayEquals(onOrt, Samples.onOrt(read.graph(), images));
    float[] onTorch = Samples.onTorch(net.graph(), images);
    double scale = 0;
    for (float value : onOrt) {
      scale = Math.max(scale, Math.abs(value));
    }
    for (int i = 0; i < onOrt.length; i++) {
      assertEquals(onOrt[i], onTorch[i], 1e-4 * scale);
    }
  }

  @Test
  void masked_ofAChain_isTheFormula() {
    DynamicNet net = Samples.gated(Samples.zoo("resnet8"), ALL);
    ChannelGate gate = net.channelGates().get(2);
    Graph graph = net.graph();
    Tensor images = Samples.images(graph, 2);
    Map<String, float[]> seen = Values.of(graph, images, gate);
    float[] x = seen.get(gate.input());
    float[] s = seen.get(gate.saliency().value());
    float[] bare = seen.get(gate.bare());
    float[] out = seen.get(gate.output());
    double[] w1 = graph.weight(gate.saliency().hiddenWeight()).toDoubles();
    double[] w2 = graph.weight(gate.saliency().weight()).toDoubles();
    double[] bias = graph.weight(gate.saliency().bias()).toDoubles();
    int channels = gate.channels();
    int inputs = w1.length / (w2.length / channels);
    int space = x.length / (2 * inputs);
    int pixels = out.length / (2 * channels);
    boolean anyOff = false;
    for (int n = 0; n < 2; n++) {
      double[] z = new double[inputs];
      for (int i = 0; i < inputs * space; i++) {
        z[i / space] += x[n * inputs * space + i] / (double) space;
      }
      for (int c = 0; c < channels; c++) {
        double saliency = bias[c];
        for (int m = 0; m < w2.length / channels; m++) {
          double hidden = 0;
          for (int i = 0; i < inputs; i++) {
            hidden += w1[m * inputs + i] * z[i];
          }
          saliency += w2[c * (w2.length / channels) + m] * Math.max(hidden, 0);
        }
        assertEquals(saliency, s[n * channels + c], 1e-4);
        anyOff |= saliency < 0;
        for (int p = 0; p < pixels; p++) {
          int at = (n * channels + c) * pixels + p;
          double expected = saliency > 0 ? saliency * bare[at] : 0;
          assertEquals(expected, out[at], 1e-4);
        }
      }
    }
    assertTrue(anyOff);
  }

  @Test
  void insert_withoutBias_hasTheShapesOfThePaper() {
    DynamicNet net = DynamicNet.insert(Zoo.build("vgg16", 1), GateOptions.paper(Variant.SANP));
    ChannelGate last = net.channelGates().getLast();
    assertEquals(512, last.channels());
    assertEquals("", last.saliency().bias());
    assertArrayEquals(
        new int[] {32, 512}, net.graph().weight(last.saliency().hiddenWeight()).shape());
    assertArrayEquals(new int[] {512, 32}, net.graph().weight(last.saliency().weight()).shape());
    assertEquals(13, net.gates().size());
  }

  @Test
  void insert_ungatedPatterns_leaveThoseLayers() {
    GateOptions some = ALL.withLayers(ALL.layers().withUngated(List.of("stem.*", "*.shortcut.*")));
    List<String> layers = gates(Zoo.build("resnet8", 1), some).stream().map(Gate::layer).toList();
    assertEquals(
        List.of(
            "stage1.block0.conv1",
            "stage1.block0.conv2",
            "stage2.block0.conv1",
            "stage2.block0.conv2",
            "stage3.block0.conv1",
            "stage3.block0.conv2"),
        layers);
  }

  @Test
  void insert_withoutAnyPlace_saysSo() {
    assertSays("no layer to gate", () -> DynamicNet.insert(Zoo.build("lenet", 1), ALL));
    DynamicNet gated = DynamicNet.insert(Zoo.build("resnet8", 1), ALL);
    assertSays("has gates already", () -> DynamicNet.insert(gated.graph(), ALL));
  }

  private static void assertSays(String message, Executable work) {
    DynamicException problem = assertThrows(DynamicException.class, work);
    assertTrue(problem.getMessage().contains(message), problem.getMessage());
    assertEquals(1, problem.getMessage().lines().count());
  }

  @Test
  void of_networkWithoutDescription_saysSo() {
    assertSays("describes no gates", () -> DynamicNet.of(Zoo.build("resnet8", 1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"format\":1 | \"format\":2 | format 2",
        "\"variant\":\"sanp\" | \"variant\":\"x\" | unknown dynamic method 'x'",
        "\"layer\":\"stage1.block0.conv1\" | \"layer\":\"gone\" | no such node",
        "\"layer\":\"stage1.block0.conv1\" | \"layer\":\"stage1.block0.relu\" | no convolution",
        "\"channels\":16 | \"channels\":15 | must have 15 channels",
        "\"channels\":16 | \"channels\":0 | 1 channel or more",
        "\"kind\":\"positive\" | \"kind\":\"largest\",\"count\":99 | more than its 16 channels",
        "\"gate\": | \"gates\": | no description of gates",
        "{ | [ | no description of gates",
        "stage1.block0.conv1.spm.gate | classifier | must be a matrix of 16 columns",
        "stage1.block0.conv1.spm.weight | nothing | not an initializer"
      })
  void of_descriptionThatDoesNotFit_saysWhat(String from, String to, String message) {
    Graph graph = DynamicNet.insert(Zoo.build("resnet8", 1), ALL).graph();
    String description = graph.header().metadata().get(GateDescription.KEY);
    assertTrue(description.contains(from));
    int at = description.indexOf(from, description.indexOf("stage1.block0.conv1") - 20);
    at = at < 0 ? description.indexOf(from) : at;
    String changed = description.substring(0, at) + to + description.substring(at + from.length());
    Header header = graph.header().withMetadata(GateDescription.KEY, changed);
    assertSays(message, () -> DynamicNet.of(graph.withHeader(header)));
  }

  @Test
  void masked_holdsModelledOperatorsOnly() {
    Graph graph = DynamicNet.insert(Zoo.build("resnet8", 1), ALL).graph();
    assertTrue(graph.nodes().stream().map(Node::op).noneMatch(Op.Opaque.class::isInstance));
  }
}
