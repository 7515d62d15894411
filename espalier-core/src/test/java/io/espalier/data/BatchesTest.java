package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchesTest {
  private static final Normalization NORMALIZATION = Normalization.preset("imagenet");

  /** Everything in a batch, kept beyond its life. */
  private record Copy(List<Float> images, List<Long> labels) {
    static Copy of(Batch batch) {
      List<Float> images = new ArrayList<>();
      for (float value : batch.images()) {
        images.add(value);
      }
      return new Copy(images, Arrays.stream(batch.labels()).boxed().toList());
    }
  }

  private static List<Copy> read(Batches batches, int epoch, int firstStep) {
    List<Copy> copies = new ArrayList<>();
    try (BatchStream stream = batches.epoch(epoch, firstStep)) {
      while (stream.hasNext()) {
        copies.add(Copy.of(stream.next()));
      }
    }
    return copies;
  }

  private static Batches training(Dataset data, int batchSize, long seed) {
    Normalization normalization = Normalization.defaultFor(data.channels());
    return Batches.training(data, normalization, Augmentation.STANDARD, batchSize, seed);
  }

  @Test
  void training_sameSeedAndEpoch_givesTheSameBits() {
    Dataset data = Fixtures.dataset(50, 5, 3, 8);
    assertEquals(read(training(data, 8, 1), 3, 0), read(training(data, 8, 1), 3, 0));
    assertNotEquals(read(training(data, 8, 1), 3, 0), read(training(data, 8, 2), 3, 0));
    assertNotEquals(read(training(data, 8, 1), 3, 0), read(training(data, 8, 1), 4, 0));
  }

  @Test
  void training_resumedAtAnyStep_isTheSuffixOfTheEpoch() {
    Batches batches = training(Fixtures.dataset(61, 5, 3, 8), 8, 11);
    List<Copy> whole = read(batches, 2, 0);
    assertEquals(8, whole.size());
    for (int step = 0; step <= whole.size(); step++) {
      assertEquals(whole.subList(step, whole.size()), read(batches, 2, step));
    }
  }

  @Test
  void training_severalWorkers_makeWhatOneMakes() {
    Dataset one = Fixtures.dataset(200, 5, 3, 8);
    Dataset four = new ConvertedDataset(one, Geometry.of(one), new Framing.Stored(), 4);
    assertEquals(read(training(one, 8, 1), 0, 0), read(training(four, 8, 1), 0, 0));
  }

  @Test
  void training_epoch_showsEveryImageOnceInAnotherOrder() {
    Dataset data = numbered(97);
    Batches batches =
        Batches.training(data, Normalization.preset("bytes"), Augmentation.NONE, 10, 5);
    Set<List<Long>> orders = new HashSet<>();
    for (int epoch = 0; epoch < 5; epoch++) {
      List<Long> order = new ArrayList<>();
      read(batches, epoch, 0).forEach(copy -> order.addAll(copy.labels()));
      assertEquals(97, new HashSet<>(order).size());
      orders.add(order);
    }
    assertEquals(5, orders.size());
  }

  /** Image i is one pixel of value i with label i. */
  private static Dataset numbered(int count) {
    byte[] pixels = new byte[count];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      pixels[i] = (byte) i;
      labels[i] = i;
    }
    return Dataset.of(pixels, labels, ClassNames.numbered(count), 1, 1, 1);
  }

  @Test
  void evaluation_inOrder_isNormalisedAndComplete() {
    Dataset data = Fixtures.dataset(7, 3, 3, 2);
    int image = 0;
    try (BatchStream stream = Batches.evaluation(data, NORMALIZATION, 3).all()) {
      while (stream.hasNext()) {
        Batch batch = stream.next();
        assertArrayEquals(new long[] {batch.count(), 3, 2, 2}, batch.shape());
        assertEquals(batch.count() * 12, batch.images().length);
        for (int i = 0; i < batch.count(); i++, image++) {
          assertEquals(data.label(image), batch.labels()[i]);
          byte[] raw = Fixtures.pixels(data, image);
          for (int k = 0; k < 12; k++) {
            float mean = NORMALIZATION.mean()[k / 4];
            float std = NORMALIZATION.std()[k / 4];
            float expected = ((raw[k] & 0xff) / 255f - mean) / std;
            assertEquals(expected, batch.images()[12 * i + k]);
          }
        }
      }
    }
    assertEquals(7, image);
  }

  @Test
  void lastBatch_rules_keepOrDropTheRest() {
    Batches batches = training(Fixtures.dataset(23, 2, 1, 4), 10, 0);
    assertEquals(2, batches.stepsPerEpoch());
    assertEquals(3, batches.withLastBatch(LastBatch.KEEP).stepsPerEpoch());
    assertEquals(2, batches.withLastBatch(LastBatch.DROP).stepsPerEpoch());
    assertEquals(3, training(Fixtures.dataset(25, 2, 1, 4), 10, 0).stepsPerEpoch());
    assertEquals(1, training(Fixtures.dataset(3, 2, 1, 4), 10, 0).stepsPerEpoch());
    assertEquals(0, training(Fixtures.dataset(0, 2, 1, 4), 10, 0).stepsPerEpoch());
    List<Copy> kept = read(batches.withLastBatch(LastBatch.KEEP), 0, 0);
    assertEquals(List.of(10, 10, 3), kept.stream().map(copy -> copy.labels().size()).toList());
  }

  @Test
  void stream_fullBatches_reuseTheirArrays() {
    Set<float[]> arrays = new HashSet<>();
    try (BatchStream stream = training(Fixtures.dataset(400, 2, 1, 4), 4, 0).epoch(0, 0)) {
      while (stream.hasNext()) {
        arrays.add(stream.next().images());
      }
    }
    assertTrue(arrays.size() <= 5, "arrays: " + arrays.size());
  }

  @Test
  void stream_closedEarly_leavesNoThreads() {
    for (int read = 0; read < 4; read++) {
      try (BatchStream stream = training(Fixtures.dataset(4000, 2, 3, 16), 64, 0).epoch(0, 0)) {
        for (int i = 0; i < read; i++) {
          stream.next();
        }
      }
      assertFalse(
          Thread.getAllStackTraces().keySet().stream()
              .anyMatch(thread -> thread.getName().equals("espalier-batches")));
    }
  }

  @Test
  void stream_closedOrAtItsEnd_hasNoNext() {
    BatchStream stream = training(Fixtures.dataset(40, 2, 1, 4), 8, 0).epoch(0, 0);
    stream.next();
    stream.close();
    stream.close();
    assertFalse(stream.hasNext());
    assertThrows(NoSuchElementException.class, stream::next);
    Batches batches = training(Fixtures.dataset(40, 2, 1, 4), 8, 0);
    assertThrows(IllegalArgumentException.class, () -> batches.epoch(0, 6));
    assertThrows(IllegalArgumentException.class, () -> batches.epoch(-1, 0));
  }

  @Test
  void stream_unreadableImage_throwsItsErrorAtItsBatch() {
    DataException problem = new DataException("bad.png: not an image");
    Dataset data =
        new WatchedDataset(
            Fixtures.dataset(40, 2, 1, 4),
            index -> {
              if (index == 20) {
                throw problem;
              }
            });
    try (BatchStream stream = Batches.evaluation(data, Normalization.preset("half"), 8).all()) {
      stream.next();
      assertEquals(1, stream.nextStep());
      stream.next();
      DataException e = assertThrows(DataException.class, stream::next);
      assertSame(problem, e);
      assertFalse(stream.hasNext());
    }
  }

  @Test
  void batches_wrongSettings_areRefused() {
    Dataset grey = Fixtures.dataset(4, 2, 1, 4);
    Fixtures.assertSays(
        Fixtures.refusal(() -> Batches.evaluation(grey, NORMALIZATION, 2).all()),
        "3 channels",
        "images have 1");
    Fixtures.assertSays(
        Fixtures.refusal(() -> Batches.evaluation(grey, NORMALIZATION, 0)), "batch size");
    Fixtures.assertSays(
        Fixtures.refusal(() -> Batches.evaluation(grey, NORMALIZATION, 1 << 30)),
        "1073741824 images of 1x4x4");
  }
}
