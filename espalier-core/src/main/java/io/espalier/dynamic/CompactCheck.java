package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.OrtNet;
import io.espalier.latency.OrtOptions;
import io.espalier.onnx.OnnxWriter;
import io.espalier.proof.Difference;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * How far two forms of a dynamic network differ, sample by sample in ONNX Runtime.
 *
 * @param samples how many were compared
 * @param maxDifference the largest difference of an element of the first output, relative to the
 *     sample's largest element
 * @param none pairs of a sample and a gated layer that let no channel through
 * @param one pairs that let exactly one through
 * @param all pairs that let all through
 */
public record CompactCheck(int samples, double maxDifference, long none, long one, long all) {
  /** What rounding may amount to. */
  public static final double TOLERANCE = 1e-4;

  /**
   * Compares them on one batch after the other.
   *
   * @param batches of images, each {@code [N, ...]}
   */
  public static CompactCheck of(Graph masked, Graph compact, Iterator<Tensor> batches) {
    try (SampleRunner first = SampleRunner.of(masked, OrtOptions.fast(1));
        OrtNet second =
            OrtNet.load(OnnxWriter.toBytes(compact), compact.name(), OrtOptions.fast(1))) {
      Comparison comparison = new Comparison(first, second);
      batches.forEachRemaining(comparison::add);
      return comparison.result();
    }
  }

  /** True if the difference is within {@link #TOLERANCE}. */
  public boolean passed() {
    return maxDifference <= TOLERANCE;
  }

  /** What has been seen so far. */
  private static final class Comparison {
    private final SampleRunner masked;
    private final OrtNet compact;
    private final List<Integer> channels;
    private int samples;
    private double largest;
    private long none;
    private long one;
    private long all;

    Comparison(SampleRunner masked, OrtNet compact) {
      this.masked = masked;
      this.compact = compact;
      this.channels = masked.channels();
    }

    void add(Tensor images) {
      SampleRunner.Run run = masked.run(images);
      int count = images.size(0);
      for (int n = 0; n < count; n++) {
        int[] sample = {n};
        Difference difference = new Difference();
        difference.add(
            run.output().select(0, sample).toDoubles(), outputs(images.select(0, sample)));
        largest = Math.max(largest, difference.relative());
        count(run.samples().get(n).open());
      }
      samples += count;
    }

    private double[] outputs(Tensor image) {
      Map<String, Tensor> feeds = Map.of(compact.inputs().getFirst().name(), image);
      return compact.run(feeds).get(compact.outputs().getFirst().name()).toDoubles();
    }

    private void count(List<BitSet> open) {
      for (int gate = 0; gate < open.size(); gate++) {
        int used = open.get(gate).cardinality();
        none += used == 0 ? 1 : 0;
        one += used == 1 ? 1 : 0;
        all += used == channels.get(gate) ? 1 : 0;
      }
    }

    CompactCheck result() {
      return new CompactCheck(samples, largest, none, one, all);
    }
  }
}
