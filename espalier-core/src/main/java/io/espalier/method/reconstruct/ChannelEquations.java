package io.espalier.method.reconstruct;

import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;

/**
 * The regression of a layer's outputs on what each input channel contributes to them: column i of
 * the design is {@code vec(Z_i)} with {@code Z_i = X_i W_i' [N, n]}. It is never formed. Its inner
 * products follow from those of the patches: {@code <Z_i, Z_j> = sum over a in i, b in j of (X'X o
 * W'W)_ab} and {@code <Z_i, Y> = sum over a in i of (X'Y o W')_a}, with {@code o} element by
 * element.
 */
final class ChannelEquations {
  private ChannelEquations() {}

  /**
   * The normal equations.
   *
   * @param moments of the patches and the targets
   * @param weight the layer's matrix {@code [n, d]}, row-major
   * @param channelOf the channel that each element of a patch belongs to; -1 where it always stays,
   *     and then what it contributes is taken off the targets
   * @param channels number of channels
   * @param intercept whether all outputs share a free constant
   */
  static NormalEquations of(
      Moments moments, double[] weight, int[] channelOf, int channels, boolean intercept) {
    int d = moments.inputs();
    int n = moments.targets();
    try (Scope scope = Scope.open()) {
      DeviceTensor w = DeviceTensor.of(Tensor.of(DataType.DOUBLE, new int[] {n, d}, weight));
      DeviceTensor fixed = fixed(channelOf);
      DeviceTensor index = index(channelOf, channels);
      DeviceTensor wt = w.permute(1, 0);
      DeviceTensor xy = moments.xy().sub(moments.xx().matmul(wt.mul(fixed.reshape(d, 1))));
      double m = (double) moments.rows() * n;
      DeviceTensor rows = fold(moments.xx().mul(wt.matmul(w)), index, channels);
      DeviceTensor gram = fold(rows.permute(1, 0), index, channels).div(m);
      DeviceTensor right = fold(xy.mul(wt).sum(true, 1), index, channels).div(m);
      if (intercept) {
        DeviceTensor sums = moments.x().mul(w.sum(false, 0));
        DeviceTensor means = fold(sums.reshape(d, 1), index, channels).div(m);
        double y = (moments.y().sum().item() - sums.mul(fixed).sum().item()) / m;
        gram = gram.sub(means.matmul(means.permute(1, 0)));
        right = right.sub(means.mul(y));
      }
      return new NormalEquations(channels, gram.toDoubles(), right.toDoubles());
    }
  }

  /** Sums of the rows that belong to each channel. */
  private static DeviceTensor fold(DeviceTensor rows, DeviceTensor index, int channels) {
    DeviceTensor sums = DeviceTensor.zeros(channels + 1, rows.size(1)).to(DataType.DOUBLE);
    return sums.indexAdd(0, index, rows).narrow(0, 0, channels);
  }

  /** The row that each element is added to; those that always stay to one behind the channels. */
  private static DeviceTensor index(int[] channelOf, int channels) {
    long[] index = new long[channelOf.length];
    for (int i = 0; i < index.length; i++) {
      index[i] = channelOf[i] < 0 ? channels : channelOf[i];
    }
    return DeviceTensor.of(index, index.length);
  }

  private static DeviceTensor fixed(int[] channelOf) {
    float[] fixed = new float[channelOf.length];
    for (int i = 0; i < fixed.length; i++) {
      fixed[i] = channelOf[i] < 0 ? 1 : 0;
    }
    return DeviceTensor.of(fixed, fixed.length).to(DataType.DOUBLE);
  }
}
