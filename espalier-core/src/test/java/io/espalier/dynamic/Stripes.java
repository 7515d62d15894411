package io.espalier.dynamic;

import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.train.TrainOptions;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Small images of four kinds that can be learned in a second. */
final class Stripes {
  static final Normalization NORMALIZATION = Normalization.preset("half");

  private Stripes() {}

  static DataSplits splits() {
    return new DataSplits(stripes(256, 1), stripes(64, 2), stripes(64, 3));
  }

  static TrainOptions options(int epochs) {
    return TrainOptions.defaults()
        .withEpochs(epochs)
        .withBatchSize(16)
        .withLearningRate(0.05)
        .withThreads(1)
        .withAugmentation(io.espalier.data.Augmentation.NONE);
  }

  /** Noisy stripes: horizontal, vertical and the two diagonals. */
  private static Dataset stripes(int count, long seed) {
    int size = Chains.SIZE;
    int[] labels = IntStream.range(0, count).map(i -> i % Chains.CLASSES).toArray();
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[count * size * size];
    int[][] directions = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};
    for (int i = 0; i < count; i++) {
      int[] direction = directions[labels[i]];
      int phase = random.nextInt(4);
      for (int at = 0; at < size * size; at++) {
        int along = direction[0] * (at % size) + direction[1] * (at / size) + phase + 16;
        int value = (along % 4 < 2 ? 60 : 190) + random.nextInt(60);
        pixels[i * size * size + at] = (byte) value;
      }
    }
    return Dataset.of(pixels, labels, List.of("-", "|", "/", "\\"), 1, size, size);
  }
}
