package io.espalier.method.reconstruct;

import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;

/**
 * Sums over rows of inputs x {@code [d]} and targets y {@code [n]}, in double: {@code X'X}, {@code
 * X'Y}, and the sums of x, y and y squared. All regressions of y on x, or on fixed combinations of
 * x, follow from them, so that no row has to be kept. Made in a scope, it lives as long as that.
 */
final class Moments implements AutoCloseable {
  private final Gram xx;
  private final DeviceTensor xy;
  private final DeviceTensor x;
  private final DeviceTensor y;
  private final DeviceTensor yy;
  private long rows;

  /** Nothing yet, for {@code d} inputs and {@code n} targets. */
  Moments(int d, int n) {
    xx = new Gram(d);
    xy = zeros(d, n);
    x = zeros(d);
    y = zeros(n);
    yy = zeros(n);
  }

  private static DeviceTensor zeros(long... shape) {
    try (Scope scope = Scope.open()) {
      return scope.keep(DeviceTensor.zeros(shape).to(DataType.DOUBLE));
    }
  }

  /**
   * Adds rows.
   *
   * @param inputs {@code [rows, d]}
   * @param targets {@code [rows, n]}
   */
  void add(DeviceTensor inputs, DeviceTensor targets) {
    try (Scope scope = Scope.open()) {
      DeviceTensor a = inputs.to(DataType.DOUBLE);
      DeviceTensor b = targets.to(DataType.DOUBLE);
      xx.add(a);
      xy.addMatmulInPlace(a.permute(1, 0), b);
      x.addInPlace(a.sum(false, 0), 1);
      y.addInPlace(b.sum(false, 0), 1);
      yy.addInPlace(b.square().sum(false, 0), 1);
      rows += a.size(0);
    }
  }

  long rows() {
    return rows;
  }

  int inputs() {
    return Math.toIntExact(x.size(0));
  }

  int targets() {
    return Math.toIntExact(y.size(0));
  }

  /** {@code X'X [d, d]}; belongs to this, and is right until rows are added. */
  DeviceTensor xx() {
    return xx.whole();
  }

  /** {@code X'Y [d, n]}; belongs to this. */
  DeviceTensor xy() {
    return xy;
  }

  /** Sum of the inputs {@code [d]}; belongs to this. */
  DeviceTensor x() {
    return x;
  }

  /** Sum of the targets {@code [n]}; belongs to this. */
  DeviceTensor y() {
    return y;
  }

  /** Mean of all squared targets. */
  double targetPower() {
    try (Scope scope = Scope.open()) {
      return yy.sum().item() / rows / targets();
    }
  }

  /** Mean squared deviation of all targets, each output from its own mean. */
  double targetVariance() {
    try (Scope scope = Scope.open()) {
      return yy.sub(y.square().div(rows)).sum().item() / rows / targets();
    }
  }

  /**
   * Mean squared error of {@code X W' + 1 b'}.
   *
   * @param weight W {@code [n, d]}, row-major
   * @param offset b
   */
  double error(double[] weight, double[] offset) {
    int n = targets();
    try (Scope scope = Scope.open()) {
      DeviceTensor w = DeviceTensor.of(Tensor.of(DataType.DOUBLE, new int[] {n, inputs()}, weight));
      DeviceTensor b = DeviceTensor.of(Tensor.of(DataType.DOUBLE, new int[] {n}, offset));
      DeviceTensor inner = w.matmul(xx()).sub(xy.permute(1, 0).mul(2)).mul(w).sum(false, 1);
      DeviceTensor mean = y.sub(w.matmul(x.reshape(inputs(), 1)).reshape(n));
      DeviceTensor shift = b.mul(b.mul(rows).sub(mean.mul(2)));
      return Math.max(0, yy.add(inner).add(shift).sum().item() / rows / n);
    }
  }

  /** Sum of the squared targets {@code [n]}; belongs to this. */
  DeviceTensor yy() {
    return yy;
  }

  @Override
  public void close() {
    xx.close();
    xy.close();
    x.close();
    y.close();
    yy.close();
  }
}
