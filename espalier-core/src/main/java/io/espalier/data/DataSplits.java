package io.espalier.data;

import io.espalier.progress.Progress;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The parts of a data set; a part that it does not have is empty. All have one image size. */
public record DataSplits(Dataset train, Dataset validation, Dataset test) {
  public DataSplits {
    Objects.requireNonNull(train);
    Objects.requireNonNull(validation);
    Objects.requireNonNull(test);
  }

  /**
   * Cuts a validation split from the training split, the same share of each class (at least one
   * image, never all of them). A data set that brings its own validation split keeps it.
   *
   * @param share between 0 and 1; 0 cuts nothing
   */
  public DataSplits withValidation(double share, long seed) {
    if (!(share >= 0 && share < 1)) {
      throw new DataException(
          "the validation share must be at least 0 and below 1, but got " + share);
    }
    if (share == 0 || !validation.isEmpty() || train.isEmpty()) {
      return this;
    }
    int[] chosen = Selection.stratified(train, share, seed);
    int[] others = Selection.others(train.size(), chosen);
    return new DataSplits(train.subset(others), train.subset(chosen), test);
  }

  /** At most {@code count} images of each part, see {@link Dataset#limit}. */
  public DataSplits limit(int count) {
    return new DataSplits(train.limit(count), validation.limit(count), test.limit(count));
  }

  /**
   * Makes all images of the three parts ready for long work, see {@link Dataset#prepare}.
   *
   * @param stop asked now and then; once it says true this returns before its work is done
   * @throws DataException where an image cannot be read; the message names its file
   */
  public void prepare(Progress progress, BooleanSupplier stop) {
    for (Dataset part : List.of(train, validation, test)) {
      part.prepare(progress, stop, IntStream.range(0, part.size()).toArray());
    }
  }

  /** What to measure on: the test split or, where there is none, validation, then training. */
  public Dataset forEvaluation() {
    return firstFilled(test, validation, train);
  }

  /** What to fit on: the training split or, where there is none, validation, then test. */
  public Dataset forTraining() {
    return firstFilled(train, validation, test);
  }

  public List<String> classNames() {
    return forEvaluation().classNames();
  }

  /** SHA-256 in hexadecimal over the three parts. */
  public String digest() {
    return new Digest().add(train.digest()).add(validation.digest()).add(test.digest()).hex();
  }

  private static Dataset firstFilled(Dataset... parts) {
    return Stream.of(parts).filter(part -> !part.isEmpty()).findFirst().orElse(parts[0]);
  }
}
