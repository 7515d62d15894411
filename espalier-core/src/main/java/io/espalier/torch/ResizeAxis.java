package io.espalier.torch;

import io.espalier.graph.Op;
import org.bytedeco.pytorch.Tensor;

/** Where each output position along one axis of a Resize samples its input. */
record ResizeAxis(Op.Resize op, int in, int out, double scale) {
  /**
   * What to add up for each output position.
   *
   * @param positions for each tap one input position an output
   * @param weights for each tap one factor an output
   */
  record Samples(long[][] positions, double[][] weights) {}

  static ResizeAxis of(Tensor x, Op.Resize op, int axis, long[] sizes) {
    return new ResizeAxis(
        op, Math.toIntExact(x.size(axis)), Math.toIntExact(sizes[axis]), scale(x, op, axis, sizes));
  }

  static double scale(Tensor x, Op.Resize op, int axis, long[] sizes) {
    return op.scales().isEmpty() ? (double) sizes[axis] / x.size(axis) : op.scales().get(axis);
  }

  private double source(int position) {
    return switch (op.coordinates()) {
      case "asymmetric" -> position / scale;
      case "align_corners" -> out == 1 ? 0 : (double) position * (in - 1) / (out - 1);
      case "pytorch_half_pixel" -> out == 1 ? 0 : centre(position) - 0.5;
      case "tf_half_pixel_for_nn" -> centre(position);
      case "half_pixel_symmetric" -> {
        double adjustment = out / (scale * in);
        yield in / 2.0 * (1 - adjustment) + centre(position) - 0.5;
      }
      default -> centre(position) - 0.5;
    };
  }

  private double centre(int position) {
    return (position + 0.5) / scale;
  }

  /** The one input position of each output; rounded in float, as other runtimes do. */
  long[] nearest() {
    long[] positions = new long[out];
    for (int i = 0; i < out; i++) {
      float at = (float) source(i);
      double rounded =
          switch (op.nearestMode()) {
            case "floor" -> Math.floor(at);
            case "ceil" -> Math.ceil(at);
            case "round_prefer_ceil" -> Math.floor(at + 0.5f);
            default -> Math.ceil(at - 0.5f);
          };
      positions[i] = inside((long) rounded);
    }
    return positions;
  }

  Samples smooth(boolean cubic) {
    int taps = cubic ? 4 : 2;
    Samples samples = new Samples(new long[taps][out], new double[taps][out]);
    for (int i = 0; i < out; i++) {
      double at = cubic ? source(i) : Math.max(0, Math.min(in - 1, source(i)));
      long left = (long) Math.floor(at);
      double[] weights = cubic ? cubicWeights(at - left, left) : linearWeights(at - left);
      for (int tap = 0; tap < taps; tap++) {
        samples.positions()[tap][i] = inside(cubic ? left - 1 + tap : left + tap);
        samples.weights()[tap][i] = weights[tap];
      }
    }
    return samples;
  }

  private static double[] linearWeights(double fraction) {
    return new double[] {1 - fraction, fraction};
  }

  private double[] cubicWeights(double t, long left) {
    double a = op.cubicCoefficient();
    double[] weights = {outer(t + 1, a), inner(t, a), inner(1 - t, a), outer(2 - t, a)};
    if (op.excludeOutside()) {
      double sum = 0;
      for (int tap = 0; tap < weights.length; tap++) {
        long position = left - 1 + tap;
        weights[tap] = position < 0 || position >= in ? 0 : weights[tap];
        sum += weights[tap];
      }
      for (int tap = 0; tap < weights.length; tap++) {
        weights[tap] /= sum;
      }
    }
    return weights;
  }

  private static double inner(double t, double a) {
    return ((a + 2) * t - (a + 3)) * t * t + 1;
  }

  private static double outer(double t, double a) {
    return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
  }

  private long inside(long position) {
    return Math.max(0, Math.min(in - 1, position));
  }
}
