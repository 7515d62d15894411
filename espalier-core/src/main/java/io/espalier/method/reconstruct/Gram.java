package io.espalier.method.reconstruct;

import io.espalier.graph.DataType;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;

/**
 * The sum of {@code x x'} over rows x {@code [d]}, in double. It is symmetric: strips from its
 * diagonal to its right edge are summed up, for many columns little more than half of the work, and
 * mirrored when it is read. Made in a scope, it lives as long as that.
 */
final class Gram implements AutoCloseable {
  /** Rows of a strip: enough for fast products. */
  static final int STRIP = 512;

  private final int size;
  private final DeviceTensor sum;
  private boolean mirrored = true;

  Gram(int size) {
    this.size = size;
    try (Scope scope = Scope.open()) {
      sum = scope.keep(DeviceTensor.zeros(size, size).to(DataType.DOUBLE));
    }
  }

  /**
   * Adds rows.
   *
   * @param rows {@code [N, d]} in double
   */
  void add(DeviceTensor rows) {
    try (Scope scope = Scope.open()) {
      for (int from = 0; from < size; from += STRIP) {
        DeviceTensor right = rows.narrow(1, from, size - from);
        DeviceTensor left = right.narrow(1, 0, width(from));
        part(from, from, size - from).addMatmulInPlace(left.permute(1, 0), right);
      }
      mirrored = false;
    }
  }

  /** The sum {@code [d, d]}; belongs to this, and is right until rows are added. */
  DeviceTensor whole() {
    if (!mirrored) {
      try (Scope scope = Scope.open()) {
        for (int to = STRIP; to < size; to += STRIP) {
          for (int from = 0; from < to; from += STRIP) {
            part(to, from, width(from)).copyFrom(part(from, to, width(to)).permute(1, 0));
          }
        }
      }
      mirrored = true;
    }
    return sum;
  }

  private int width(int from) {
    return Math.min(STRIP, size - from);
  }

  /** The columns {@code [from, from + columns)} of the strip that begins at row {@code row}. */
  private DeviceTensor part(int row, int from, int columns) {
    return sum.narrow(0, row, width(row)).narrow(1, from, columns);
  }

  @Override
  public void close() {
    sum.close();
  }
}
