package io.espalier.data;

import java.util.SplittableRandom;

/** Random streams that depend on nothing but the numbers they are asked for. */
final class Shuffle {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private Shuffle() {}

  /** The order of {@code size} images in an epoch. */
  static int[] order(int size, long seed, int epoch) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    shuffle(order, new SplittableRandom(mix(mix(seed) + epoch)));
    return order;
  }

  /** The stream for what happens to the image at {@code position} in an epoch. */
  static SplittableRandom at(long seed, int epoch, long position) {
    return new SplittableRandom(mix(mix(mix(~seed) + epoch) + position));
  }

  static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int value = values[i];
      values[i] = values[other];
      values[other] = value;
    }
  }

  /** The 64-bit finaliser of MurmurHash3: neighbouring numbers give unrelated ones. */
  private static long mix(long value) {
    long z = value + GOLDEN;
    z = (z ^ (z >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }
}
