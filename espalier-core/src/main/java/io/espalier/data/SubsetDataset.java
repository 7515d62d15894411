package io.espalier.data;

import io.espalier.progress.Progress;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Some images of another data set. */
final class SubsetDataset extends LabelledImages {
  private final Dataset whole;
  private final int[] indices;

  SubsetDataset(Dataset whole, int[] indices) {
    super(labels(whole, indices), whole.classNames(), Geometry.of(whole));
    this.whole = whole;
    this.indices = indices.clone();
  }

  private static int[] labels(Dataset whole, int[] indices) {
    return Arrays.stream(indices)
        .map(index -> whole.label(Objects.checkIndex(index, whole.size())))
        .toArray();
  }

  @Override
  public void pixels(int index, byte[] into, int offset) {
    whole.pixels(indices[index], into, offset);
  }

  @Override
  public void prepare(Progress progress, BooleanSupplier stop, int... chosen) {
    whole.prepare(progress, stop, IntStream.of(chosen).map(i -> indices[i]).toArray());
  }

  @Override
  public int workers() {
    return whole.workers();
  }

  @Override
  public String digest() {
    Digest digest = new Digest().add("subset").add(whole.digest()).add(indices.length);
    for (int index : indices) {
      digest.add(index);
    }
    return digest.hex();
  }
}
