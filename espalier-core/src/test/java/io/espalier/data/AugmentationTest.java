package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AugmentationTest {
  private static final int SIZE = 9;
  private static final int IMAGES = 8100;
  private static final Normalization HALF = Normalization.preset("half");

  /** Every image is the same: pixel (y, x) holds 1 + 9 y + x. */
  private static Dataset coordinates() {
    byte[] pixels = new byte[IMAGES * SIZE * SIZE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (1 + i % (SIZE * SIZE));
    }
    return Dataset.of(pixels, new int[IMAGES], ClassNames.numbered(1), 1, SIZE, SIZE);
  }

  /** Where the middle pixel came from and whether the image is mirrored: "dy dx mirrored". */
  private static Map<String, Integer> outcomes(Augmentation augmentation) {
    Map<String, Integer> counts = new TreeMap<>();
    Batches batches = Batches.training(coordinates(), HALF, augmentation, 100, 3);
    try (BatchStream stream = batches.epoch(0, 0)) {
      while (stream.hasNext()) {
        Batch batch = stream.next();
        for (int i = 0; i < batch.count(); i++) {
          counts.merge(outcome(batch.images(), i * SIZE * SIZE), 1, Integer::sum);
        }
      }
    }
    return counts;
  }

  private static int raw(float value) {
    return Math.round((value * 0.5f + 0.5f) * 255);
  }

  /** Checks every pixel of an image against one shift and mirror, and tells which. */
  private static String outcome(float[] images, int offset) {
    int middle = raw(images[offset + SIZE / 2 * SIZE + SIZE / 2]) - 1;
    int dy = middle / SIZE - SIZE / 2;
    int dx = middle % SIZE - SIZE / 2;
    for (boolean mirrored : new boolean[] {false, true}) {
      if (matches(images, offset, dy, dx, mirrored)) {
        return dy + " " + dx + " " + mirrored;
      }
    }
    throw new AssertionError("no shift and mirror gives this image");
  }

  private static boolean matches(float[] images, int offset, int dy, int dx, boolean mirrored) {
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        int fromY = y + dy;
        int fromX = (mirrored ? SIZE - 1 - x : x) + dx;
        boolean inside = fromY >= 0 && fromY < SIZE && fromX >= 0 && fromX < SIZE;
        int expected = inside ? 1 + fromY * SIZE + fromX : 0;
        if (raw(images[offset + y * SIZE + x]) != expected) {
          return false;
        }
      }
    }
    return true;
  }

  @Test
  void standard_manyImages_areShiftedAndMirroredEvenly() {
    Map<String, Integer> counts = outcomes(Augmentation.STANDARD);
    assertEquals(162, counts.size());
    double expected = IMAGES / 162.0;
    double chiSquare =
        counts.values().stream().mapToDouble(n -> (n - expected) * (n - expected) / expected).sum();
    // 161 degrees of freedom: 99.9 % of all seeds stay below 222
    assertTrue(chiSquare < 222, "chi square " + chiSquare);
  }

  @Test
  void none_leavesTheImageAlone() {
    assertEquals(Map.of("0 0 false", IMAGES), outcomes(Augmentation.NONE));
  }

  @Test
  void flipOnly_neverShifts() {
    Map<String, Integer> counts = outcomes(new Augmentation(0, true));
    assertEquals(2, counts.size());
    assertEquals(IMAGES / 2.0, counts.get("0 0 true"), 4 * Math.sqrt(IMAGES) / 2);
  }

  @Test
  void cropOnly_neverMirrors() {
    Map<String, Integer> counts = outcomes(new Augmentation(1, false));
    assertEquals(9, counts.size());
    assertTrue(counts.keySet().stream().allMatch(key -> key.endsWith("false")));
  }

  @Test
  void wideCrop_whollyOutside_isBlackAsNormalised() {
    Dataset white =
        Dataset.of(new byte[] {(byte) 255}, new int[] {0}, ClassNames.numbered(1), 1, 1, 1);
    Batches batches = Batches.training(white, HALF, new Augmentation(1000, false), 1, 0);
    try (BatchStream stream = batches.epoch(0, 0)) {
      assertEquals(-1f, stream.next().images()[0]);
    }
  }

  @Test
  void parse_words_readsWhatToStringWrites() {
    assertEquals(Augmentation.STANDARD, Augmentation.parse("standard"));
    assertEquals(new Augmentation(2, true), Augmentation.parse("crop=2, flip"));
    assertEquals(Augmentation.NONE, Augmentation.parse("none"));
    for (String text : new String[] {"none", "crop=4,flip", "crop=3", "flip"}) {
      assertEquals(text, Augmentation.parse(text).toString());
    }
    assertNotEquals(Augmentation.STANDARD, Augmentation.parse("flip"));
    Fixtures.assertSays(Fixtures.refusal(() -> Augmentation.parse("rotate")), "'rotate'");
    Fixtures.assertSays(Fixtures.refusal(() -> Augmentation.parse("crop=9999")), "9999");
  }
}
