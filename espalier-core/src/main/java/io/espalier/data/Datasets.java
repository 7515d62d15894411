package io.espalier.data;

import io.espalier.progress.Progress;

/** Opens data sets. */
public final class Datasets {
  private Datasets() {}

  /**
   * Opens what {@code spec} names; images are decoded into memory while they fit the limit.
   *
   * @throws DataException where a file is missing, damaged or not what it should be
   */
  public static DataSplits open(DataSpec spec, DataOptions options, Progress progress) {
    throw new UnsupportedOperationException("the readers follow in the next commit");
  }
}
