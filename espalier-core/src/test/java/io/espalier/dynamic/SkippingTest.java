package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A chain that is computed channel by channel, idle ones never, against the masked network. */
class SkippingTest {
  private static final int[] WIDTHS = {6, 10, 12, 8};
  private static final int SAMPLES = 6;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CHANNEL_GATING")
  void skipping_everyIdleChannel_givesTheMaskedResultAndTheCountedMacs(Variant variant) {
    GateOptions options =
        GateOptions.of(variant).withLayers(GatedLayers.defaults().withFirst(true));
    DynamicNet net = Samples.gated(Samples.settled(Chains.of(1, WIDTHS), 3), options);
    Tensor images = Samples.images(net.graph(), SAMPLES);
    float[] masked = Samples.onTorch(net.graph(), images);
    long[][] counted = new long[1][];
    GateTrace trace =
        new GateTrace(
            net,
            (gates, samples) ->
                counted[0] = CostOfBatch.exact(DynamicCost.of(net), gates, SAMPLES, false));
    Samples.onTorch(net.graph(), images, io.espalier.torch.Mode.EVAL, trace);
    long saliencies = DynamicCost.of(net).saliencyMacs();
    for (int n = 0; n < SAMPLES; n++) {
      Skipping run = new Skipping(net);
      double[] logits = run.of(image(images, n));
      for (int c = 0; c < Chains.CLASSES; c++) {
        assertEquals(logits[c], masked[n * Chains.CLASSES + c], 1e-5);
      }
      assertEquals(run.macs + saliencies, counted[0][n]);
    }
    boolean varies = Arrays.stream(counted[0]).distinct().count() > 1;
    assertEquals(variant == Variant.SANP, varies);
    assertTrue(counted[0][0] < DynamicCost.of(net).backboneMacs());
  }

  private static double[] image(Tensor images, int n) {
    int size = Chains.SIZE * Chains.SIZE;
    double[] all = images.toDoubles();
    return Arrays.copyOfRange(all, n * size, (n + 1) * size);
  }

  /** Equations 3 to 6 in plain loops. */
  private static final class Skipping {
    private final DynamicNet net;
    private final Graph graph;
    private long macs;
    private int size = Chains.SIZE;
    private boolean[] active = {true};

    Skipping(DynamicNet net) {
      this.net = net;
      this.graph = net.graph();
    }

    double[] of(double[] image) {
      double[][] x = {image};
      for (int layer = 1; layer <= WIDTHS.length; layer++) {
        x = layer("layer" + layer, net.channelGates().get(layer - 1), x, layer == 2 ? 2 : 1);
      }
      double[] w = graph.weight("fc.weight").toDoubles();
      double[] logits = graph.weight("fc.bias").toDoubles();
      for (int i = 0; i < x.length; i++) {
        if (active[i]) {
          double mean = Arrays.stream(x[i]).average().orElseThrow();
          for (int c = 0; c < logits.length; c++) {
            logits[c] += w[c * x.length + i] * mean;
          }
          macs += logits.length;
        }
      }
      return logits;
    }

    private double[][] layer(String name, ChannelGate gate, double[][] x, int stride) {
      double[] saliency = saliency(gate, x);
      boolean[] on = rule(gate, saliency);
      int small = (size + stride - 1) / stride;
      double[] w = graph.weight(name + ".weight").toDoubles();
      double[] scale = graph.weight(name + ".scale").toDoubles();
      double[] shift = graph.weight(name + ".shift").toDoubles();
      double[] mean = graph.weight(name + ".mean").toDoubles();
      double[] variance = graph.weight(name + ".variance").toDoubles();
      double[][] y = new double[gate.channels()][small * small];
      for (int o = 0; o < y.length; o++) {
        if (!on[o]) {
          continue;
        }
        for (int i = 0; i < x.length; i++) {
          if (active[i]) {
            convolve(x[i], w, (o * x.length + i) * 9, y[o], stride, small);
          }
        }
        for (int p = 0; p < y[o].length; p++) {
          double normal = (y[o][p] - mean[o]) / Math.sqrt(variance[o] + 1e-5) * scale[o] + shift[o];
          y[o][p] = Math.max(0, saliency[o] * normal);
        }
      }
      active = on;
      size = small;
      return y;
    }

    private void convolve(double[] x, double[] w, int from, double[] y, int stride, int small) {
      for (int row = 0; row < small; row++) {
        for (int column = 0; column < small; column++) {
          for (int k = 0; k < 9; k++) {
            int r = row * stride + k / 3 - 1;
            int c = column * stride + k % 3 - 1;
            if (r >= 0 && r < size && c >= 0 && c < size) {
              y[row * small + column] += w[from + k] * x[r * size + c];
            }
          }
        }
      }
      macs += 9L * small * small;
    }

    private double[] saliency(ChannelGate gate, double[][] x) {
      double[] z = new double[x.length];
      for (int i = 0; i < z.length; i++) {
        z[i] =
            switch (gate.saliency().source()) {
              case MEAN -> Arrays.stream(x[i]).average().orElseThrow();
              case ABSOLUTE_MEAN -> Arrays.stream(x[i]).map(Math::abs).average().orElseThrow();
              case CONSTANT -> graph.weight(gate.saliency().squeezed()).toDoubles()[i];
            };
      }
      double[] hidden = z;
      if (!gate.saliency().hiddenWeight().isEmpty()) {
        double[] raw = product(gate.saliency().hiddenWeight(), z);
        String name = gate.saliency().hiddenBias();
        double[] shift = name.isEmpty() ? new double[raw.length] : graph.weight(name).toDoubles();
        hidden =
            IntStream.range(0, raw.length)
                .mapToDouble(i -> Math.max(0, raw[i] + shift[i]))
                .toArray();
      }
      double[] s = product(gate.saliency().weight(), hidden);
      double[] bias = graph.weight(gate.saliency().bias()).toDoubles();
      boolean relu = gate.saliency().activation() == Saliency.Activation.RELU;
      Arrays.setAll(s, i -> relu ? Math.max(0, s[i] + bias[i]) : s[i] + bias[i]);
      return s;
    }

    private double[] product(String matrix, double[] vector) {
      double[] w = graph.weight(matrix).toDoubles();
      double[] y = new double[w.length / vector.length];
      for (int i = 0; i < w.length; i++) {
        y[i / vector.length] += w[i] * vector[i % vector.length];
      }
      return y;
    }

    private static boolean[] rule(ChannelGate gate, double[] s) {
      boolean[] on = new boolean[s.length];
      for (int i = 0; i < s.length; i++) {
        int above = 0;
        int equalBefore = 0;
        int notBelow = 0;
        for (int j = 0; j < s.length; j++) {
          above += s[j] > s[i] ? 1 : 0;
          equalBefore += s[j] == s[i] && j < i ? 1 : 0;
          notBelow += s[j] >= s[i] ? 1 : 0;
        }
        on[i] =
            switch (gate.rule()) {
              case GateRule.Positive p -> s[i] > 0;
              case GateRule.Largest l -> above + equalBefore < l.count();
              case GateRule.Winners w -> notBelow <= w.count();
            };
      }
      return on;
    }
  }
}
