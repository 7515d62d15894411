package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import io.espalier.latency.OrtNet;
import io.espalier.latency.OrtOptions;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.testing.RandomGraphs;
import io.espalier.torch.Mode;
import io.espalier.torch.Taps;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The compact form against the masked network in ONNX Runtime, sample by sample. */
class CompactFormTest {
  private static final int SAMPLES = 8;
  private static final GateOptions ALL =
      GateOptions.of(Variant.SANP).withLayers(GatedLayers.defaults().withFirst(true));
  private static final GateOptions EVERY =
      ALL.withLayers(ALL.layers().withPlacement(GatedLayers.Placement.EVERY));

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CHANNEL_GATING")
  void plainNetwork_compact_equalsMasked(Variant variant) {
    Graph chain = Samples.settled(Chains.of(1, 8, 12, 16, 8), 3);
    GateOptions options =
        GateOptions.of(variant).withLayers(GatedLayers.defaults().withFirst(true));
    DynamicNet net = Samples.gated(chain, options);
    CompactForm form = assertEqual(net, CompactOptions.defaults());
    assertEquals(List.of("layer1", "layer2", "layer3", "layer4"), form.skipping());
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet8", "resnet20", "preresnet20", "vgg11", "resnext20", "densenet40"})
  void network_compact_equalsMasked(String name) {
    Graph graph =
        name.equals("vgg11") || name.equals("densenet40")
            ? Samples.colour(name)
            : Samples.zoo(name);
    DynamicNet net = Samples.gated(graph, name.equals("densenet40") ? EVERY : ALL);
    assertEqual(net, CompactOptions.defaults());
    assertEqual(net, CompactOptions.defaults().withBlock(4));
  }

  @Test
  void gatesOnSeparableConvolutions_stayMasked() {
    DynamicNet net = Samples.gated(Samples.colour("mobilenetv2"), ALL);
    CompactForm form = assertEqual(net, CompactOptions.defaults());
    assertEquals(17, form.masked().size());
    assertTrue(form.masked().containsValue("its convolution has groups"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void randomNetworks_compact_equalMasked(long seed) {
    Graph graph = Samples.settled(RandomGraphs.of(seed), seed);
    DynamicNet net = Samples.gated(graph, EVERY);
    assertClose(
        Samples.valuesOnOrt(net.graph(), Samples.images(graph, 1)),
        Samples.valuesOnOrt(
            CompactForm.of(net, CompactOptions.defaults()).graph(), Samples.images(graph, 1)));
  }

  /**
   * No channel, one, or all of them, in turn through the layers. ONNX Runtime does not come back
   * from a convolution of no channels.
   */
  @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @ParameterizedTest
  @CsvSource({
    "chain, 0",
    "chain, 1",
    "chain, 2",
    "resnet8, 0",
    "resnet8, 1",
    "resnet8, 2",
    "preresnet20, 0",
    "preresnet20, 1",
    "preresnet20, 2"
  })
  void layersWithNoneOneOrAll_equalMasked(String name, int phase) {
    Graph graph =
        name.equals("chain") ? Samples.settled(Chains.of(1, 8, 12, 16, 8), 3) : Samples.zoo(name);
    DynamicNet net = DynamicNet.insert(graph, ALL);
    Map<String, Tensor> changed = new HashMap<>();
    for (int i = 0; i < net.channelGates().size(); i++) {
      ChannelGate gate = net.channelGates().get(i);
      int kept = List.of(0, 1, gate.channels()).get((i + phase) % 3);
      double[] bias = new double[gate.channels()];
      Arrays.setAll(bias, c -> (c * 7 + 3) % bias.length < kept ? 0.5 + 0.1 * c : -1 - c);
      Tensor weight = net.graph().weight(gate.saliency().weight());
      changed.put(gate.saliency().weight(), weight.withValues(new double[weight.elements()]));
      Tensor old = net.graph().weight(gate.saliency().bias());
      changed.put(gate.saliency().bias(), old.withValues(bias));
    }
    net = DynamicNet.of(net.graph().withWeights(changed));
    assertEqual(net, CompactOptions.defaults());
    assertEqual(net, CompactOptions.defaults().withBlock(2));
  }

  /** Every second layer has no saliency above 0, hence no winner. */
  @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @ParameterizedTest
  @ValueSource(strings = {"chain", "resnet8"})
  void layersWithoutWinners_equalMasked(String name) {
    Graph graph =
        name.equals("chain") ? Samples.settled(Chains.of(1, 8, 12, 16, 8), 3) : Samples.zoo(name);
    DynamicNet net = DynamicNet.insert(graph, GateOptions.of(Variant.FBS).withShare(0.5));
    Map<String, Tensor> changed = new HashMap<>();
    for (int i = 0; i < net.channelGates().size(); i++) {
      Saliency saliency = net.channelGates().get(i).saliency();
      boolean wins = i % 2 == 1;
      double[] bias = new double[net.channelGates().get(i).channels()];
      Arrays.setAll(bias, c -> wins ? 0.5 + 0.1 * c : -1);
      Tensor weight = net.graph().weight(saliency.weight());
      changed.put(saliency.weight(), weight.withValues(new double[weight.elements()]));
      changed.put(saliency.bias(), net.graph().weight(saliency.bias()).withValues(bias));
    }
    net = DynamicNet.of(net.graph().withWeights(changed));
    float[][] first =
        Samples.gatesOf(net, Samples.images(net.graph(), 1))
            .get(net.channelGates().getFirst().layer());
    assertArrayEquals(new float[first[0].length], first[0]);
    assertEqual(net, CompactOptions.defaults());
    assertEqual(net, CompactOptions.defaults().withBlock(4));
  }

  /** Every layer has channels that some samples of the batch use and others do not. */
  @Test
  void batchWhoseSamplesDiffer_equalsMaskedAndSingleSamples() {
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, 8, 12, 16, 8), 3), ALL);
    Tensor images = Samples.images(net.graph(), SAMPLES);
    Map<String, Tensor> changed = new HashMap<>();
    for (ChannelGate gate : net.channelGates()) {
      Tensor bias = net.graph().weight(gate.saliency().bias());
      double[] values = bias.toDoubles();
      float[] mean = saliencies(net, gate, images);
      Arrays.setAll(values, c -> values[c] - mean[c]);
      changed.put(gate.saliency().bias(), bias.withValues(values));
      net = DynamicNet.of(net.graph().withWeights(changed));
    }
    Map<String, float[][]> gates = Samples.gatesOf(net, images);
    assertTrue(
        gates.values().stream()
            .allMatch(rows -> Arrays.stream(rows).map(Arrays::toString).distinct().count() > 2));
    assertEqual(net, CompactOptions.defaults());
    assertEqual(net, CompactOptions.defaults().withBlock(4));
  }

  /** The mean saliency of each channel. */
  private static float[] saliencies(DynamicNet net, ChannelGate gate, Tensor images) {
    float[] sums = new float[gate.channels()];
    Taps taps =
        Taps.of(
            Map.of(
                gate.saliency().value(),
                value -> {
                  float[] all = value.toFloats();
                  for (int i = 0; i < all.length; i++) {
                    sums[i % sums.length] += all[i] / SAMPLES;
                  }
                  return value;
                }));
    Samples.onTorch(net.graph(), images, Mode.EVAL, taps);
    return sums;
  }

  /** Gates of whole blocks, in the layout of ONNX Runtime; single channels in that layout too. */
  @ParameterizedTest
  @CsvSource({
    "chain, 16, SANP",
    "chain, 32, SANP",
    "chain, 1, SANP",
    "chain, 16, FIXED_K",
    "chain, 16, FBS",
    "chain, 16, STATIC",
    "resnet8, 16, SANP",
    "resnet8, 1, FBS",
    "preresnet20, 16, SANP",
    "vgg11, 16, SANP",
    "m-cifarnet, 16, SANP"
  })
  void blockedLayout_equalsMasked(String name, int trained, Variant variant) {
    Graph graph =
        name.equals("chain")
            ? Samples.settled(Chains.of(1, 32, 64, 32, 48), 3)
            : name.startsWith("res") || name.startsWith("pre")
                ? Samples.zoo(name)
                : Samples.colour(name);
    GateOptions options =
        GateOptions.of(variant).withSaliency(SaliencyOptions.defaults().withBlock(trained));
    DynamicNet net = Samples.gated(graph, options);
    CompactForm form =
        assertEqual(net, CompactOptions.blocked().withBlock(RuntimeBlock.ofThisMachine()));
    boolean uses =
        form.graph().nodes().stream()
            .anyMatch(node -> node.op() instanceof Op.Opaque op && !op.domain().isEmpty());
    assertTrue(uses);
  }

  @Test
  void blockedLayout_forAnotherProcessor_givesNoNumbers() {
    GateOptions options =
        GateOptions.of(Variant.SANP).withSaliency(SaliencyOptions.defaults().withBlock(16));
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, 32, 64, 32), 3), options);
    CompactOptions other = CompactOptions.blocked().withBlock(24 - RuntimeBlock.ofThisMachine());
    float[] found =
        Samples.onOrt(CompactForm.of(net, other).graph(), Samples.images(net.graph(), 1));
    for (float value : found) {
      assertTrue(Float.isNaN(value));
    }
  }

  @Test
  void maskedLayers_skipNothingThemselves() {
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, 8, 12, 16, 8), 3), ALL);
    CompactForm form =
        assertEqual(net, CompactOptions.defaults().withMasked(Set.of("layer1", "layer3")));
    assertEquals(List.of("layer2", "layer4"), form.skipping());
    assertEquals("skipping does not pay", form.masked().get("layer3"));
  }

  /** Weights of channels that one sample does not use: with any arithmetic NaN would spread. */
  @Test
  void idleWeights_areNotRead() {
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, 8, 12, 16, 8), 3), ALL);
    Tensor image = Samples.images(net.graph(), 1);
    Graph garbled = IdleWeights.garbled(net, image, () -> Double.NaN);
    float[] expected = Samples.onOrt(net.graph(), image);
    CompactForm form = CompactForm.of(DynamicNet.of(garbled), CompactOptions.defaults());
    assertClose(expected, Samples.onOrt(form.graph(), image));
  }

  @Test
  void file_readAgain_isTheSameNetwork(@TempDir Path temp) {
    DynamicNet net = Samples.gated(Samples.zoo("resnet8"), ALL);
    Graph compact = CompactForm.of(net, CompactOptions.defaults()).graph();
    OnnxWriter.write(compact, temp.resolve("compact.onnx"));
    Graph read = OnnxReader.read(temp.resolve("compact.onnx"));
    Tensor images = Samples.images(compact, 3);
    assertClose(Samples.onOrt(compact, images), Samples.onOrt(read, images));
    assertTrue(SkipDescription.isIn(read));
    assertFalse(DynamicNet.isDynamic(read));
    assertEquals(SkipDescription.of(compact), SkipDescription.of(read));
    assertEquals(DynamicCost.of(net), SkipDescription.of(read).cost());
  }

  /** Of a file that has one gate of {@code channels} and one layer with it behind {@code reads}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2 | 2 | 'all','channels':1 | 0 | 1 | 9 | format 2",
        "1 | 2 | 'all','channels':1 | 7 | 1 | 9 | do not go with the gates",
        "1 | 2000000000 | 'all','channels':1 | 0 | 1 | 9 | has 2000000000 channels",
        "1 | 2 | 'all','channels':2147483647 | 0 | 1 | 9 | do not go with the gates",
        "1 | 2 |"
            + " 'joined','parts':[{'kind':'all','channels':1000000},{'kind':'none','channels':1000000}]"
            + " | 0 | 1 | 9 | do not go with the gates",
        "1 | 2 | 'all','channels':3 | 0 | 2 | 9 | has no cost",
        "1 | 2 | 'all','channels':1 | 0 | 1 | -9 | has no cost",
        "1 | 2 | 'all','channels':4 | 0 | 2 | 9223372036854775807 | overflow"
      },
      quoteCharacter = '"')
  void metadataThatMakeNoSense_areOneLine(
      int format, int channels, String reads, int gate, int groups, long pairMacs, String message) {
    String json =
        "{'format':%d,'variant':'sanp','gates':[{'layer':'a','channels':%d,'open':'o'}],'layers':[{'layer':'a','part':'BACKBONE','inputs':{'kind':%s},'outputs':{'kind':'gated','gate':%d,'channels':%d},'groups':%d,'pairMacs':%d,'outputMacs':1}]}"
            .formatted(format, channels, reads, gate, channels, groups, pairMacs)
            .replace((char) 39, '"');
    assertRefused(json, message);
  }

  @Test
  void metadataThatAreNoDescription_areOneLine() {
    assertRefused("{", "no description of gates");
  }

  private static void assertRefused(String json, String message) {
    Graph graph = Chains.of(1, 4, 4);
    Graph odd = graph.withHeader(graph.header().withMetadata(SkipDescription.KEY, json));
    DynamicException problem = assertThrows(DynamicException.class, () -> SkipDescription.of(odd));
    assertTrue(problem.getMessage().contains(message), problem.getMessage());
    assertEquals(1, problem.getMessage().lines().count());
  }

  /** The whole batch, and each sample alone; without and with ONNX Runtime's optimisations. */
  private static CompactForm assertEqual(DynamicNet net, CompactOptions options) {
    CompactForm form = CompactForm.of(net, options);
    Tensor images = Samples.images(net.graph(), SAMPLES);
    float[] masked = Samples.onOrt(net.graph(), images);
    assertClose(masked, Samples.onOrt(form.graph(), images));
    int classes = masked.length / SAMPLES;
    byte[] file = OnnxWriter.toBytes(form.graph());
    for (OrtOptions how : List.of(OrtOptions.plain(), OrtOptions.fast(1))) {
      try (OrtNet ort = OrtNet.load(file, "compact", how)) {
        for (int n = 0; n < SAMPLES; n++) {
          Tensor image = images.select(0, new int[] {n});
          float[] one = ort.run(image.toFloats(), image.shape());
          assertClose(Arrays.copyOfRange(masked, n * classes, (n + 1) * classes), one);
        }
      }
    }
    return form;
  }

  private static void assertClose(Map<String, Tensor> expected, Map<String, Tensor> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, value) -> assertClose(value.toFloats(), actual.get(name).toFloats()));
  }

  private static void assertClose(float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    double scale = 1e-6;
    for (float value : expected) {
      scale = Math.max(scale, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-4 * scale);
    }
  }
}
