package io.espalier.method.reconstruct;

import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import io.espalier.method.MethodException;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.Arrays;
import java.util.Optional;

/**
 * {@code argmin ||Y - X' W'^T - 1 b^T||^2} over the columns that stay, by Cholesky of the normal
 * equations in double.
 *
 * <p>What is solved for is the correction to the weights that are there. It makes no difference
 * where the inputs are independent. Where they are not (channels that say the same, fewer rows than
 * inputs), the smallest correction is wanted rather than any: a ridge of {@value #RIDGE} of each
 * input's variance is put on it, and only then. An input that never varies keeps its weights.
 */
final class LeastSquares {
  /** Share of an input's variance that the others must leave unexplained for full rank. */
  static final double INDEPENDENT = 1e-10;

  /** The ridge on the correction where the inputs are dependent, relative to their variances. */
  static final double RIDGE = 1e-8;

  private static final double SILENT = 1e-12;

  private LeastSquares() {}

  /**
   * New weights.
   *
   * @param weight {@code [outputs, columns]}, row-major
   * @param intercept one number an output; zeros where none was asked for
   * @param fullRank whether no ridge was needed
   */
  record Fit(double[] weight, double[] intercept, boolean fullRank) {}

  /**
   * Fits {@code outputs} on {@code columns}.
   *
   * @param weight the matrix that is there, {@code [n, d]}, row-major
   * @param outputs numbers of targets
   * @param columns numbers of inputs
   */
  static Fit fit(
      Moments moments, double[] weight, int[] outputs, int[] columns, boolean intercept) {
    try (Scope scope = Scope.open()) {
      long[] rows = longs(outputs);
      long[] kept = longs(columns);
      int[] shape = {moments.targets(), moments.inputs()};
      DeviceTensor w =
          DeviceTensor.of(Tensor.of(DataType.DOUBLE, shape, weight))
              .indexSelect(0, rows)
              .indexSelect(1, kept)
              .permute(1, 0);
      DeviceTensor raw = moments.xx().indexSelect(0, kept).indexSelect(1, kept);
      DeviceTensor right = moments.xy().indexSelect(0, kept).indexSelect(1, rows);
      DeviceTensor x = moments.x().indexSelect(0, kept).reshape(kept.length, 1);
      DeviceTensor y = moments.y().indexSelect(0, rows).reshape(1, rows.length);
      double n = moments.rows();
      DeviceTensor xx = intercept ? raw.sub(x.matmul(x.permute(1, 0)).div(n)) : raw;
      DeviceTensor xy = intercept ? right.sub(x.matmul(y).div(n)) : right;
      Solution correction = solve(xx, raw.diagonal(), xy.sub(xx.matmul(w)));
      DeviceTensor fitted = w.add(correction.x());
      DeviceTensor rest = y.sub(x.permute(1, 0).matmul(fitted)).div(n);
      return new Fit(
          fitted.permute(1, 0).toDoubles(),
          intercept ? rest.toDoubles() : new double[outputs.length],
          correction.fullRank());
    }
  }

  /**
   * Factors of columns.
   *
   * @param values one a column
   * @param fullRank whether no ridge was needed
   */
  record Factors(double[] values, boolean fullRank) {}

  /**
   * The factors of the columns that stay, {@code argmin ||y - Z b||^2}; columns that make no
   * difference get 1.
   *
   * @param columns numbers of columns
   */
  static Factors factors(NormalEquations equations, int... columns) {
    int all = equations.size();
    long[] kept = longs(columns);
    try (Scope scope = Scope.open()) {
      DeviceTensor gram =
          doubles(equations.gram()).reshape(all, all).indexSelect(0, kept).indexSelect(1, kept);
      DeviceTensor right = doubles(equations.moments()).indexSelect(0, kept);
      DeviceTensor rest = right.sub(gram.sum(false, 1)).reshape(kept.length, 1);
      Solution correction = solve(gram, gram.diagonal(), rest);
      double[] values = correction.x().add(1).reshape(kept.length).toDoubles();
      return new Factors(values, correction.fullRank());
    }
  }

  private record Solution(DeviceTensor x, boolean fullRank) {}

  /** Solves after scaling every input to unit variance. */
  private static Solution solve(DeviceTensor xx, DeviceTensor powers, DeviceTensor right) {
    double[] variances = xx.diagonal().toDoubles();
    double[] most = powers.toDoubles();
    double[] scale = new double[variances.length];
    double[] missing = new double[variances.length];
    for (int i = 0; i < scale.length; i++) {
      if (!Double.isFinite(variances[i])) {
        throw new MethodException(
            "the network computes values that are not finite; check it with 'espalier evaluate'");
      }
      boolean varies = variances[i] > SILENT * most[i];
      scale[i] = varies ? 1 / Math.sqrt(variances[i]) : 0;
      missing[i] = varies ? 0 : 1;
    }
    int size = scale.length;
    DeviceTensor s = doubles(scale);
    DeviceTensor unit = xx.mul(s.reshape(size, 1)).mul(s.reshape(1, size));
    unit.diagonal().addInPlace(doubles(missing), 1);
    DeviceTensor target = right.mul(s.reshape(size, 1));
    Optional<DeviceTensor> factor = unit.cholesky().filter(LeastSquares::isRegular);
    boolean fullRank = factor.isPresent();
    for (double ridge = RIDGE; factor.isEmpty(); ridge *= 100) {
      DeviceTensor raised = unit.copy();
      raised.diagonal().addInPlace(s.fullLike(ridge), 1);
      factor = raised.cholesky();
    }
    return new Solution(target.choleskySolve(factor.get()).mul(s.reshape(size, 1)), fullRank);
  }

  /** The squared pivots are what each input adds to those before it. */
  private static boolean isRegular(DeviceTensor factor) {
    return factor.diagonal().square().min().item() > INDEPENDENT;
  }

  private static DeviceTensor doubles(double... values) {
    return DeviceTensor.of(Tensor.of(DataType.DOUBLE, new int[] {values.length}, values));
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }
}
