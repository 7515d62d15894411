package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.data.Dataset;
import io.espalier.graph.Tensor;
import io.espalier.latency.OrtOptions;
import io.espalier.progress.Progress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One layer whose gates follow from the brightness of the image, worked by hand. */
class GateAnalysisTest {
  /** Channel 0 is always open, 1 never, 2 for bright images, 3 for dark ones. */
  private static DynamicNet byBrightness() {
    GateOptions options =
        GateOptions.of(Variant.SANP)
            .withLayers(GatedLayers.defaults().withFirst(true))
            .withSaliency(SaliencyOptions.defaults().withHidden(16, 1));
    DynamicNet net = DynamicNet.insert(Chains.of(1, 4), options);
    Saliency saliency = net.channelGates().getFirst().saliency();
    Map<String, Tensor> changed = new HashMap<>();
    changed.put(saliency.hiddenWeight(), Tensor.floats(new int[] {1, 1}, 1));
    changed.put(saliency.weight(), Tensor.floats(new int[] {4, 1}, 0, 0, 1, -1));
    changed.put(saliency.bias(), Tensor.floats(new int[] {4}, 1, -1, -0.25f, 0.25f));
    return DynamicNet.of(net.graph().withWeights(changed));
  }

  @Test
  void channels_areCountedByImageAndCategory() {
    int size = Chains.SIZE * Chains.SIZE;
    int[] brightness = {200, 20, 250, 10, 220, 240};
    byte[] pixels = new byte[brightness.length * size];
    for (int n = 0; n < brightness.length; n++) {
      Arrays.fill(pixels, n * size, (n + 1) * size, (byte) brightness[n]);
    }
    int[] labels = {0, 1, 0, 1, 1, 0};
    Dataset data =
        Dataset.of(pixels, labels, List.of("a", "b", "c", "d"), 1, Chains.SIZE, Chains.SIZE);
    DynamicNet net = byBrightness();
    GateAnalysis analysis;
    try (SampleRunner runner = SampleRunner.of(net.graph(), OrtOptions.plain())) {
      analysis = GateAnalysis.of(runner, data, Stripes.NORMALIZATION, Progress.none());
    }
    assertEquals(GateAnalysis.Unit.CHANNELS, analysis.unit());
    GateAnalysis.Layer layer = analysis.layers().getFirst();
    assertEquals(List.of(1.0, 0.0, 4.0 / 6, 2.0 / 6), layer.open());
    assertEquals(List.of(1.0, 0.0, 1.0, 0.0), layer.openByClass().get(0));
    assertEquals(List.of(1.0, 0.0, 1.0 / 3, 2.0 / 3), layer.openByClass().get(1));
    assertTrue(Double.isNaN(layer.openByClass().get(2).getFirst()));
    assertEquals(1, layer.always());
    assertEquals(1, layer.never());
    assertEquals(2, layer.sometimes());
    assertEquals(List.of(2, 2, 2, 2, 2, 2), analysis.images().stream().map(i -> i.used()).toList());
    int[] utilisation = GateAnalysisFiles.utilisation(analysis, 4);
    assertEquals(List.of(0, 0, 6, 0), Arrays.stream(utilisation).boxed().toList());
    // 2 channels of 9 taps on 8 x 8 positions, 2 x 4 logits, 1 + 4 for the saliencies.
    assertEquals(2 * 9 * 64 + 8 + 5, analysis.images().getFirst().macs());
    assertEquals(analysis.costs().mean(), analysis.images().getFirst().macs(), 1e-9);
  }
}
