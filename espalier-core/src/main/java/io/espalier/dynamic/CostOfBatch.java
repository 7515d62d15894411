package io.espalier.dynamic;

import io.espalier.torch.DeviceTensor;
import java.util.Arrays;
import java.util.List;

/** What the samples of one batch cost, given their gates. */
final class CostOfBatch {
  private CostOfBatch() {}

  /**
   * MACs of each sample, saliencies included, exactly.
   *
   * @param gates zeros and ones by number of the gate, {@code [N, C]} or {@code [1, C]}
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
        long outputs = Math.round(out[outRow + g]);
        macs[n] += layer.pairMacs() * Math.round(in[inRow + g]) * outputs;
        macs[n] += withBias ? layer.outputMacs() * outputs : 0;
      }
    }
  }

  /**
   * The mean of the batch as a share of the original network's MACs, saliencies included: a scalar
   * through which gradients flow to gates between 0 and 1.
   */
  static DeviceTensor share(DynamicCost cost, List<DeviceTensor> gates) {
    Activity activity = new Activity(gates);
    double total = cost.backboneMacs();
    DeviceTensor share = DeviceTensor.full(cost.saliencyMacs() / total, 1, 1);
    for (LayerCost layer : cost.layers()) {
      if (layer.part() == LayerCost.Part.BACKBONE) {
        DeviceTensor in = activity.counts(layer.inputs(), layer.groups());
        DeviceTensor out = activity.counts(layer.outputs(), layer.groups());
        share = share.add(in.mul(out).sum(true, 1).mul(layer.pairMacs() / total));
      }
    }
    return share.mean();
  }
}
