package io.espalier.zoo;

import io.espalier.graph.Tensor;
import java.util.SplittableRandom;

/**
 * Normal random weights. Each weight has its own stream, which follows from the seed and the
 * weight's name, so that neither the order of construction nor another layer changes it. The same
 * seed gives the same bits on every platform.
 */
public final class RandomWeights {
  private final long seed;

  public RandomWeights(long seed) {
    this.seed = seed;
  }

  /** A tensor of independent normal values with mean 0. */
  public Tensor normal(String name, double deviation, int... shape) {
    SplittableRandom random = new SplittableRandom(mix(seed ^ mix(hash(name))));
    float[] values = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int i = 0; i < values.length; i += 2) {
      fillPair(random, deviation, values, i);
    }
    return Tensor.floats(shape, values);
  }

  /** Marsaglia's polar method, with StrictMath for equal bits everywhere. */
  private static void fillPair(SplittableRandom random, double deviation, float[] to, int at) {
    double u;
    double v;
    double s;
    do {
      u = 2 * random.nextDouble() - 1;
      v = 2 * random.nextDouble() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s == 0);
    double scale = deviation * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
    to[at] = (float) (u * scale);
    if (at + 1 < to.length) {
      to[at + 1] = (float) (v * scale);
    }
  }

  /** FNV-1a over the characters. */
  private static long hash(String name) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  /** The finaliser of SplitMix64. */
  private static long mix(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
