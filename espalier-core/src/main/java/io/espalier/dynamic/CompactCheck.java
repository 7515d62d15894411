package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.OrtNet;
import io.espalier.latency.OrtOptions;
import io.espalier.onnx.OnnxWriter;
import java.util.Map;

/**
 * How far two forms of a dynamic network differ, sample by sample in ONNX Runtime.
 *
 * @param samples how many were compared
 * @param maxDifference the largest difference of an element of the first output, relative to the
 *     largest element of all samples
 */
public record CompactCheck(int samples, double maxDifference) {
  /** What rounding may amount to. */
  public static final double TOLERANCE = 1e-4;

  /**
   * Compares them.
   *
   * @param images {@code [N, ...]}
   */
  public static CompactCheck of(Graph masked, Graph compact, Tensor images) {
    double scale = Double.MIN_NORMAL;
    double largest = 0;
    try (OrtNet first = load(masked);
        OrtNet second = load(compact)) {
      for (int n = 0; n < images.size(0); n++) {
        Tensor image = images.select(0, new int[] {n});
        float[] expected = run(first, image);
        float[] actual = run(second, image);
        for (int i = 0; i < expected.length; i++) {
          double off = Math.abs(expected[i] - actual[i]);
          scale = Math.max(scale, Math.abs(expected[i]));
          // NaN is as far off as can be.
          largest = Math.max(largest, Double.isNaN(off) ? Double.POSITIVE_INFINITY : off);
        }
      }
    }
    return new CompactCheck(images.size(0), largest / scale);
  }

  /** True if the difference is within {@link #TOLERANCE}. */
  public boolean passed() {
    return maxDifference <= TOLERANCE;
  }

  private static OrtNet load(Graph graph) {
    return OrtNet.load(OnnxWriter.toBytes(graph), graph.name(), OrtOptions.fast(1));
  }

  private static float[] run(OrtNet net, Tensor image) {
    Map<String, Tensor> feeds = Map.of(net.inputs().getFirst().name(), image);
    return net.run(feeds).get(net.outputs().getFirst().name()).toFloats();
  }
}
