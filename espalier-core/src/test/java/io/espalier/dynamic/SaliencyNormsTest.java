package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SaliencyNormsTest {
  private static final GateOptions PLAIN =
      GateOptions.of(Variant.SANP)
          .withSaliency(SaliencyOptions.defaults().withHidden(16, 1).withStandardised(false));
  private static final GateOptions STANDARDISED =
      PLAIN.withSaliency(PLAIN.saliency().withStandardised(true));

  /** {@code W1 = (6, 8)} behind {@code (2 (z1 - 1) / 2 + 5, 3 (z2 - 4) / 4 + 7)}. */
  @Test
  void fold_byHand() {
    DynamicNet net = DynamicNet.insert(Chains.of(1, 2, 3), STANDARDISED);
    ChannelGate gate = net.channelGates().getFirst();
    double epsilon = 1e-5;
    Map<String, Tensor> changed = new HashMap<>();
    changed.put(gate.saliency().hiddenWeight(), Tensor.floats(new int[] {1, 2}, 6, 8));
    changed.put(name(gate, "scale"), Tensor.floats(new int[] {2}, 2, 3));
    changed.put(name(gate, "shift"), Tensor.floats(new int[] {2}, 5, 7));
    changed.put(name(gate, "mean"), Tensor.floats(new int[] {2}, 1, 4));
    changed.put(
        name(gate, "variance"),
        Tensor.floats(new int[] {2}, (float) (4 - epsilon), (float) (16 - epsilon)));
    DynamicNet folded = SaliencyNorms.fold(DynamicNet.of(net.graph().withWeights(changed)));
    Saliency saliency = folded.channelGates().getFirst().saliency();
    Graph graph = folded.graph();
    assertArrayEquals(new double[] {6, 6}, graph.weight(saliency.hiddenWeight()).toDoubles(), 1e-5);
    assertArrayEquals(
        new double[] {6 * (5 - 1) + 8 * (7 - 3)},
        graph.weight(saliency.hiddenBias()).toDoubles(),
        1e-4);
  }

  @Test
  void fold_ofAnyStatistics_computesTheSame() {
    DynamicNet net = DynamicNet.insert(Samples.settled(Chains.of(1, 6, 10, 12), 3), STANDARDISED);
    Random random = new Random(5);
    Map<String, Tensor> changed = new HashMap<>();
    for (ChannelGate gate : net.channelGates()) {
      for (String part : new String[] {"scale", "shift", "mean", "variance"}) {
        Tensor weight = net.graph().weight(name(gate, part));
        double[] values = weight.toDoubles();
        for (int i = 0; i < values.length; i++) {
          values[i] = 0.2 + random.nextDouble();
        }
        changed.put(name(gate, part), weight.withValues(values));
      }
    }
    DynamicNet trained = DynamicNet.of(net.graph().withWeights(changed));
    DynamicNet folded = SaliencyNorms.fold(trained);
    assertEquals(norms(trained.graph()), norms(folded.graph()) + net.gates().size());
    assertTrue(folded.channelGates().stream().noneMatch(g -> g.saliency().hiddenBias().isEmpty()));
    Tensor images = Samples.images(net.graph(), 7);
    assertArrayEquals(
        Samples.onTorch(trained.graph(), images), Samples.onTorch(folded.graph(), images), 1e-4f);
    assertArrayEquals(
        Samples.onOrt(trained.graph(), images), Samples.onOrt(folded.graph(), images), 1e-4f);
    Graph compact = CompactForm.of(folded, CompactOptions.defaults()).graph();
    assertArrayEquals(
        Samples.onOrt(folded.graph(), Samples.images(net.graph(), 1)),
        Samples.onOrt(compact, Samples.images(net.graph(), 1)),
        1e-4f);
    DynamicNet read = DynamicNet.of(OnnxReader.read(OnnxWriter.toBytes(folded.graph())));
    assertEquals(folded.gates(), read.gates());
  }

  @Test
  void fold_withoutSuchNorms_isTheSame() {
    DynamicNet net = DynamicNet.insert(Chains.of(1, 2, 3), PLAIN);
    assertSame(net, SaliencyNorms.fold(net));
  }

  /** A constant has no statistics, and FBS has one linear layer. */
  @Test
  void standardised_isWhatReadsTheMeansOfTheInput() {
    for (Variant variant : Variant.values()) {
      GateOptions options = GateOptions.of(variant).withSaliency(STANDARDISED.saliency());
      boolean expected = variant == Variant.SANP || variant == Variant.FIXED_K;
      assertEquals(expected, options.isStandardised(), variant.id());
    }
    assertFalse(PLAIN.isStandardised());
  }

  private static String name(ChannelGate gate, String part) {
    return gate.layer() + ".spm.standard." + part;
  }

  private static long norms(Graph graph) {
    return graph.nodes().stream().filter(node -> node.op() instanceof Op.BatchNorm).count();
  }
}
