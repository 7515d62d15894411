package io.espalier.method.reconstruct;

import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import java.util.BitSet;

/**
 * A layer of which some inputs are candidates: its weight while they are selected. The columns of
 * candidates that are not selected are zero; those of other inputs stay as they are.
 */
final class Consumer {
  private final Site site;
  private final int[] candidateOf;
  private final Tensor whole;
  private final DeviceTensor weight;
  private DeviceTensor open;

  /**
   * @param candidateOf the candidate that each input belongs to; -1 for others
   * @param whole the weight with all candidates selected
   */
  Consumer(Site site, int[] candidateOf, Tensor whole) {
    this.site = site;
    this.candidateOf = candidateOf.clone();
    this.whole = whole;
    BitSet others = new BitSet();
    this.open = mask(others);
    DeviceTensor all = DeviceTensor.of(whole).to(DataType.FLOAT);
    this.weight = all.mul(DeviceTensor.ones(1).sub(candidates())).requiresGrad(true);
  }

  Site site() {
    return site;
  }

  /** The weight, from which gradients are taken. */
  DeviceTensor weight() {
    return weight;
  }

  /** Selects candidates: their columns become what they were. */
  void select(BitSet selected) {
    DeviceTensor columns = mask(selected);
    DeviceTensor before = DeviceTensor.of(whole).to(DataType.FLOAT).mul(columns);
    DeviceTensor.withoutGradients(() -> weight.addInPlace(before, 1));
    open = open.add(columns);
  }

  /** Takes candidates back: their columns become zero. */
  void drop(BitSet dropped) {
    DeviceTensor rest = DeviceTensor.ones(1).sub(mask(dropped));
    DeviceTensor.withoutGradients(() -> weight.mulInPlace(rest));
    open = open.mul(rest);
  }

  /** Adds weight decay to the gradient, and leaves of it what belongs to selected candidates. */
  void finishGradient(double decay) {
    DeviceTensor.withoutGradients(() -> weight.grad().addInPlace(weight, decay).mulInPlace(open));
  }

  /**
   * Adds to {@code scores} for each candidate the sum over outputs of the norms of its kernels.
   *
   * @param gradient of the shape of the weight
   */
  void addNorms(DeviceTensor gradient, double[] scores) {
    double[] matrix = site.layer().matrix(gradient.toHost());
    int columns = site.layer().columns();
    int taps = columns / candidateOf.length;
    for (int output = 0; output < site.layer().outputs(); output++) {
      double[] squares = new double[scores.length];
      for (int column = 0; column < columns; column++) {
        int candidate = candidateOf[column / taps];
        if (candidate >= 0) {
          double slope = matrix[output * columns + column];
          squares[candidate] += slope * slope;
        }
      }
      for (int candidate = 0; candidate < scores.length; candidate++) {
        scores[candidate] += Math.sqrt(squares[candidate]);
      }
    }
  }

  /** The weight as it is now, in the type of the file. */
  Tensor result() {
    return whole.withValues(weight.toFloats());
  }

  private DeviceTensor candidates() {
    BitSet all = new BitSet();
    for (int candidate : candidateOf) {
      if (candidate >= 0) {
        all.set(candidate);
      }
    }
    return mask(all);
  }

  /** Ones at the columns of {@code chosen} candidates, in the weight's layout. */
  private DeviceTensor mask(BitSet chosen) {
    int columns = site.layer().columns();
    int taps = columns / candidateOf.length;
    double[] matrix = new double[site.layer().outputs() * columns];
    for (int i = 0; i < matrix.length; i++) {
      int candidate = candidateOf[i % columns / taps];
      matrix[i] = candidate >= 0 && chosen.get(candidate) ? 1 : 0;
    }
    Tensor zeros = Tensor.of(DataType.FLOAT, whole.shape(), new double[whole.elements()]);
    return DeviceTensor.of(site.layer().withMatrix(zeros, matrix));
  }
}
