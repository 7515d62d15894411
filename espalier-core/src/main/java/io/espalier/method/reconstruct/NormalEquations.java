package io.espalier.method.reconstruct;

import java.util.Arrays;
import java.util.Objects;

/**
 * What a regression of {@code y} on columns {@code z_i} over M equations needs to know of its data:
 * {@code G = Z'Z / M} and {@code c = Z'y / M}. With an intercept, both are of centred columns.
 *
 * @param size number of columns
 * @param gram G, row-major {@code [size, size]}
 * @param moments c
 */
record NormalEquations(int size, double[] gram, double[] moments) {
  NormalEquations {
    Objects.requireNonNull(gram);
    if (moments.length != size || gram.length != (long) size * size) {
      throw new IllegalArgumentException(
          "%d columns need %d and %d numbers, but got %d and %d"
              .formatted(size, (long) size * size, size, gram.length, moments.length));
    }
  }

  double gram(int row, int column) {
    return gram[row * size + column];
  }

  /** The least penalty of a LASSO at which nothing is left: {@code max |c_i|}. */
  double lambdaMax() {
    double most = 0;
    for (double moment : moments) {
      most = Math.max(most, Math.abs(moment));
    }
    return most;
  }

  /** The equations of the columns {@code z_i * factor_i}. */
  NormalEquations withColumns(double[] factor) {
    double[] scaled = new double[gram.length];
    double[] right = new double[size];
    for (int i = 0; i < size; i++) {
      right[i] = moments[i] * factor[i];
      for (int j = 0; j < size; j++) {
        scaled[i * size + j] = gram(i, j) * factor[i] * factor[j];
      }
    }
    return new NormalEquations(size, scaled, right);
  }

  /** By how much {@code Z b} misses y: {@code ||y - Z b||^2 / M}, where {@code power = y'y / M}. */
  double error(double[] beta, double power) {
    double error = power;
    for (int i = 0; i < size; i++) {
      double inner = -2 * moments[i];
      for (int j = 0; j < size; j++) {
        inner += gram(i, j) * beta[j];
      }
      error += beta[i] * inner;
    }
    return Math.max(0, error);
  }

  /** Both sides times {@code factor}. */
  NormalEquations times(double factor) {
    double[] left = gram.clone();
    double[] right = moments.clone();
    Arrays.setAll(left, i -> gram[i] * factor);
    Arrays.setAll(right, i -> moments[i] * factor);
    return new NormalEquations(size, left, right);
  }

  /** These equations and {@code weight} times {@code other}'s, which has the same columns. */
  NormalEquations plus(NormalEquations other, double weight) {
    if (other.size != size) {
      throw new IllegalArgumentException(size + " and " + other.size + " columns do not add up");
    }
    double[] left = gram.clone();
    double[] right = moments.clone();
    for (int i = 0; i < left.length; i++) {
      left[i] += weight * other.gram[i];
    }
    for (int i = 0; i < size; i++) {
      right[i] += weight * other.moments[i];
    }
    return new NormalEquations(size, left, right);
  }
}
