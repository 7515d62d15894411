package io.espalier.data;

/** What becomes of the images that do not fill a batch at the end of an epoch. */
public enum LastBatch {
  /** They make a smaller batch. */
  KEEP,
  /** They are left out of this epoch, unless there is no other batch. */
  DROP,
  /**
   * They make a smaller batch if they fill at least half of one, otherwise they are left out,
   * unless there is no other batch: the statistics of batch normalisation suffer from very small
   * batches.
   */
  DROP_SMALL;

  int steps(int images, int batchSize) {
    int full = images / batchSize;
    int rest = images % batchSize;
    boolean kept =
        switch (this) {
          case KEEP -> rest > 0;
          case DROP -> rest > 0 && full == 0;
          case DROP_SMALL -> rest > 0 && (full == 0 || 2 * rest >= batchSize);
        };
    return kept ? full + 1 : full;
  }
}
