package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DataSplitsTest {
  private static final Dataset NONE = Fixtures.dataset(0, 3, 1, 4);

  private static DataSplits splits(int train) {
    return new DataSplits(Fixtures.dataset(train, 3, 1, 4), NONE, Fixtures.dataset(9, 3, 1, 4));
  }

  private static Set<List<Byte>> images(Dataset data) {
    Set<List<Byte>> images = new HashSet<>();
    for (int i = 0; i < data.size(); i++) {
      byte[] pixels = Fixtures.pixels(data, i);
      images.add(IntStream.range(0, pixels.length).mapToObj(k -> pixels[k]).toList());
    }
    return images;
  }

  private static int[] perClass(Dataset data) {
    int[] counts = new int[data.classNames().size()];
    for (int i = 0; i < data.size(); i++) {
      counts[data.label(i)]++;
    }
    return counts;
  }

  @Test
  void withValidation_share_cutsTheSameShareOfEachClass() {
    DataSplits whole = splits(300);
    DataSplits cut = whole.withValidation(0.1, 5);
    assertArrayEquals(new int[] {10, 10, 10}, perClass(cut.validation()));
    assertArrayEquals(new int[] {90, 90, 90}, perClass(cut.train()));
    Set<List<Byte>> together = images(cut.train());
    together.addAll(images(cut.validation()));
    assertEquals(images(whole.train()), together);
    assertSame(whole.test(), cut.test());
  }

  @Test
  void withValidation_seed_decidesWhichImages() {
    DataSplits whole = splits(300);
    assertEquals(whole.withValidation(0.1, 5).digest(), whole.withValidation(0.1, 5).digest());
    assertNotEquals(whole.withValidation(0.1, 5).digest(), whole.withValidation(0.1, 6).digest());
  }

  @Test
  void withValidation_smallClasses_keepImagesOnBothSides() {
    DataSplits cut = splits(6).withValidation(0.01, 0);
    assertArrayEquals(new int[] {1, 1, 1}, perClass(cut.validation()));
    assertArrayEquals(new int[] {1, 1, 1}, perClass(splits(6).withValidation(0.99, 0).train()));
  }

  @Test
  void withValidation_nothingToDo_changesNothing() {
    DataSplits own = new DataSplits(splits(30).train(), splits(9).train(), NONE);
    assertSame(own, own.withValidation(0.5, 0));
    DataSplits whole = splits(30);
    assertSame(whole, whole.withValidation(0, 0));
    for (double share : new double[] {-0.1, 1, Double.NaN}) {
      Fixtures.assertSays(
          Fixtures.refusal(() -> whole.withValidation(share, 0)), "validation share");
    }
  }

  @Test
  void limit_unevenClasses_takesTheFirstOfEachInTurn() {
    int[] labels = {0, 0, 0, 0, 1, 2, 0, 1, 0, 0};
    Dataset data = Dataset.of(new byte[10], labels, ClassNames.numbered(3), 1, 1, 1);
    assertArrayEquals(new int[] {0, 1, 4, 5, 7}, Selection.balanced(data, 5));
    assertArrayEquals(new int[] {4, 2, 1}, perClass(data.limit(7)));
    assertSame(data, data.limit(10));
    assertEquals(0, data.limit(0).size());
    assertThrows(IllegalArgumentException.class, () -> data.limit(-1));
  }

  @Test
  void limit_splits_limitsEachPart() {
    DataSplits few = splits(300).limit(6);
    assertEquals(6, few.train().size());
    assertEquals(6, few.test().size());
    assertArrayEquals(new int[] {2, 2, 2}, perClass(few.train()));
  }

  @Test
  void subset_indices_showsThoseImages() {
    Dataset data = Fixtures.dataset(10, 3, 1, 4);
    Dataset some = data.subset(7, 2, 7);
    assertEquals(3, some.size());
    assertArrayEquals(Fixtures.pixels(data, 7), Fixtures.pixels(some, 0));
    assertArrayEquals(Fixtures.pixels(data, 2), Fixtures.pixels(some, 1));
    assertEquals(data.label(7), some.label(2));
    assertThrows(IndexOutOfBoundsException.class, () -> data.subset(10));
  }

  @Test
  void digest_anyChange_isSeen() {
    byte[] pixels = Fixtures.random(1, 64);
    Dataset data = Dataset.of(pixels, new int[4], List.of("a", "b"), 1, 4, 4);
    byte[] other = pixels.clone();
    other[63] ^= 1;
    assertEquals(64, data.digest().length());
    assertEquals(
        data.digest(), Dataset.of(pixels.clone(), new int[4], List.of("a", "b"), 1, 4, 4).digest());
    Set<String> digests = new HashSet<>();
    digests.add(data.digest());
    digests.add(Dataset.of(other, new int[4], List.of("a", "b"), 1, 4, 4).digest());
    digests.add(Dataset.of(pixels, new int[] {0, 0, 0, 1}, List.of("a", "b"), 1, 4, 4).digest());
    digests.add(Dataset.of(pixels, new int[4], List.of("a", "c"), 1, 4, 4).digest());
    digests.add(Dataset.of(pixels, new int[4], List.of("a", "b"), 1, 2, 8).digest());
    digests.add(data.subset(0, 1, 2).digest());
    digests.add(data.subset(0, 2, 1).digest());
    assertEquals(7, digests.size());
  }

  @Test
  void forEvaluation_missingParts_fallsBack() {
    DataSplits whole = splits(30);
    assertSame(whole.test(), whole.forEvaluation());
    assertSame(whole.train(), whole.forTraining());
    assertSame(whole.train(), new DataSplits(whole.train(), NONE, NONE).forEvaluation());
    assertSame(whole.test(), new DataSplits(NONE, NONE, whole.test()).forTraining());
  }

  @Test
  void isLabelled_missingLabel_isFalse() {
    assertFalse(Dataset.of(new byte[2], new int[] {0, -1}, List.of("a"), 1, 1, 1).isLabelled());
    assertFalse(NONE.isLabelled());
    assertThrows(
        IllegalArgumentException.class,
        () -> Dataset.of(new byte[1], new int[] {1}, List.of("a"), 1, 1, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> Dataset.of(new byte[3], new int[] {0}, List.of("a"), 1, 1, 1));
  }
}
