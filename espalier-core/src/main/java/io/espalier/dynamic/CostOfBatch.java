package io.espalier.dynamic;

import io.espalier.torch.DeviceTensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** What the samples of one batch cost, given their gates. */
final class CostOfBatch {
  private CostOfBatch() {}

  /**
   * A gate as the share of each channel that it lets through: {@code [N, C]} or {@code [1, C]}.
   *
   * @param gate zeros and ones of that shape, or {@code [N, C, ...]} for a gate about pixels
   */
  static DeviceTensor perChannel(DeviceTensor gate) {
    int rank = gate.shape().length;
    return rank == 2 ? gate : gate.mean(false, LongStream.range(2, rank).toArray());
  }

  /**
   * MACs of each sample, saliencies included: exactly where whole channels are open, else to seven
   * digits.
   *
   * @param gates by number of the gate, as {@link #perChannel} gives them
   * @param samples N
   * @param withBias whether to add one for the bias of each output, as SANP counts
   */
  static long[] exact(DynamicCost cost, List<DeviceTensor> gates, int samples, boolean withBias) {
    Activity activity = new Activity(gates);
    long[] macs = new long[samples];
    for (LayerCost layer : cost.layers()) {
      if (layer.part() == LayerCost.Part.BACKBONE) {
        float[] in = activity.counts(layer.inputs(), layer.groups()).toFloats();
        float[] out = activity.counts(layer.outputs(), layer.groups()).toFloats();
        add(layer, in, out, withBias, macs);
      } else {
        long fixed = withBias ? layer.denseMacsWithBias() : layer.denseMacs();
        Arrays.setAll(macs, n -> macs[n] + fixed);
      }
    }
    return macs;
  }

  private static void add(LayerCost layer, float[] in, float[] out, boolean withBias, long[] macs) {
    int groups = layer.groups();
    for (int n = 0; n < macs.length; n++) {
      int inRow = in.length == groups ? 0 : n * groups;
      int outRow = out.length == groups ? 0 : n * groups;
      for (int g = 0; g < groups; g++) {
        double outputs = out[outRow + g];
        double each = layer.pairMacs() * (double) Math.round(in[inRow + g]);
        macs[n] += Math.round((withBias ? each + layer.outputMacs() : each) * outputs);
      }
    }
  }

  /**
   * The mean of the batch as a share of the original network's MACs, saliencies included: a scalar
   * through which gradients flow to gates between 0 and 1.
   */
  static DeviceTensor share(DynamicCost cost, List<DeviceTensor> gates) {
    return share(cost, gates, (layer, in, out) -> in.mul(out));
  }

  /**
   * As {@link #share}, with the mean of the squares of the shares of a layer's inputs and outputs
   * that are in use for their product, which is never more.
   */
  static DeviceTensor evenShare(DynamicCost cost, List<DeviceTensor> gates) {
    return share(
        cost,
        gates,
        (layer, in, out) -> {
          double ratio = (double) layer.outputs().channels() / layer.inputs().channels();
          return in.square().mul(ratio / 2).add(out.square().mul(1 / (2 * ratio)));
        });
  }

  /** Channels in use on both sides of each group of a layer, as pairs. */
  private interface Pairs {
    DeviceTensor of(LayerCost layer, DeviceTensor in, DeviceTensor out);
  }

  private static DeviceTensor share(DynamicCost cost, List<DeviceTensor> gates, Pairs pairs) {
    Activity activity = new Activity(gates);
    double total = cost.backboneMacs();
    DeviceTensor share = DeviceTensor.full(cost.saliencyMacs() / total, 1, 1);
    for (LayerCost layer : cost.layers()) {
      if (layer.part() == LayerCost.Part.BACKBONE) {
        DeviceTensor in = activity.counts(layer.inputs(), layer.groups());
        DeviceTensor out = activity.counts(layer.outputs(), layer.groups());
        share = share.add(pairs.of(layer, in, out).sum(true, 1).mul(layer.pairMacs() / total));
      }
    }
    return share.mean();
  }
}
