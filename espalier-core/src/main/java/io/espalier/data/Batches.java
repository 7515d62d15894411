package io.espalier.data;

import java.util.Objects;

/**
 * Makes normalised batches from a data set, in the background. The order of the images and what
 * happens to each depend only on the seed, the epoch and the position in the epoch, so that an
 * epoch that starts at a later step continues bit for bit.
 */
public final class Batches {
  private static final int MOST_VALUES = Integer.MAX_VALUE - 16;

  private final Dataset data;
  private final Normalization normalization;
  private final Augmentation augmentation;
  private final int batchSize;
  private final long seed;
  private final boolean shuffled;
  private final LastBatch lastBatch;

  private Batches(
      Dataset data,
      Normalization normalization,
      Augmentation augmentation,
      int batchSize,
      long seed,
      boolean shuffled,
      LastBatch lastBatch) {
    this.data = Objects.requireNonNull(data);
    this.normalization = Objects.requireNonNull(normalization);
    this.augmentation = Objects.requireNonNull(augmentation);
    this.batchSize = batchSize;
    this.seed = seed;
    this.shuffled = shuffled;
    this.lastBatch = Objects.requireNonNull(lastBatch);
    if (batchSize < 1) {
      throw new DataException("the batch size must be at least 1, but got " + batchSize);
    }
    if ((long) batchSize * data.imageBytes() > MOST_VALUES) {
      throw new DataException(
          "a batch of %d images of %s is more than one array holds"
              .formatted(batchSize, Geometry.of(data)));
    }
  }

  /** Shuffled and augmented; see {@link LastBatch#DROP_SMALL} for the end of an epoch. */
  public static Batches training(
      Dataset data,
      Normalization normalization,
      Augmentation augmentation,
      int batchSize,
      long seed) {
    return new Batches(
        data, normalization, augmentation, batchSize, seed, true, LastBatch.DROP_SMALL);
  }

  /** In the order of the data set, as they are, every image. */
  public static Batches evaluation(Dataset data, Normalization normalization, int batchSize) {
    return new Batches(data, normalization, Augmentation.NONE, batchSize, 0, false, LastBatch.KEEP);
  }

  /** The same with another rule for the end of an epoch. */
  public Batches withLastBatch(LastBatch rule) {
    return new Batches(data, normalization, augmentation, batchSize, seed, shuffled, rule);
  }

  public Dataset dataset() {
    return data;
  }

  public int batchSize() {
    return batchSize;
  }

  /** Number of batches in an epoch. */
  public int stepsPerEpoch() {
    return lastBatch.steps(data.size(), batchSize);
  }

  /**
   * The batches of an epoch from {@code firstStep} on. The caller closes the stream.
   *
   * @param epoch 0 or more
   * @param firstStep 0 to {@link #stepsPerEpoch()}, where nothing is left
   */
  public BatchStream epoch(int epoch, int firstStep) {
    if (epoch < 0 || firstStep < 0 || firstStep > stepsPerEpoch()) {
      throw new IllegalArgumentException(
          "epoch %d, step %d of %d".formatted(epoch, firstStep, stepsPerEpoch()));
    }
    int[] order = shuffled ? Shuffle.order(data.size(), seed, epoch) : null;
    BatchFiller filler =
        new BatchFiller(data, normalization, augmentation, batchSize, order, seed, epoch);
    return new BatchStream(filler, firstStep, stepsPerEpoch(), data.workers());
  }

  /** The first epoch from its start: for evaluation. */
  public BatchStream all() {
    return epoch(0, 0);
  }
}
