package io.espalier.dynamic;

/**
 * Improved semantic hashing, which makes gates of saliencies during training. With {@code v = s +
 * noise}, a gate is the saturating sigmoid {@code v1 = max(0, min(1, 1.2 sigmoid(v) - 0.1))} or the
 * code {@code v2 = 1[v > 0]}, and its gradient is always that of {@code v1} (Kaiser and Bengio,
 * Discrete Autoencoders for Sequence Models, 2018; SANP, equations 7 and 8).
 *
 * @param noise standard deviation of the normal noise
 * @param course how the noise goes on
 * @param soft share of the gates that are {@code v1}; the others are {@code v2}
 * @param mix what is {@code v1} or {@code v2} together
 * @param quiet share of the joint training, at its end, without noise and without {@code v1}: what
 *     is trained is what runs later
 */
public record Binarization(double noise, Course course, double soft, Mix mix, double quiet) {
  /** How the noise goes on over the joint training. */
  public enum Course {
    CONSTANT,
    /** Falls linearly to 0 where the quiet part begins. */
    TO_ZERO
  }

  /** What is soft or hard together. */
  public enum Mix {
    /** All gates of a step. */
    PASS,
    /** All gates of a sample. */
    SAMPLE,
    /** Each gate for itself. */
    ELEMENT
  }

  /** Slope of the saturating sigmoid. */
  static final double STRETCH = 1.2;

  /** How far it reaches beyond 0 and 1 before it is cut off. */
  static final double MARGIN = 0.1;

  public Binarization {
    require(noise >= 0 && noise < 1e3, "noise must be 0 or more", noise);
    require(soft >= 0 && soft <= 1, "soft share must be from 0 to 1", soft);
    require(quiet >= 0 && quiet <= 1, "quiet share must be from 0 to 1", quiet);
  }

  private static void require(boolean holds, String rule, double got) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", but got " + got);
    }
  }

  /** The text of SANP: standard normal noise throughout, half of the samples soft. */
  public static Binarization paper() {
    return new Binarization(1, Course.CONSTANT, 0.5, Mix.SAMPLE, 0);
  }

  public Binarization withNoise(double value) {
    return new Binarization(value, course, soft, mix, quiet);
  }

  public Binarization withCourse(Course value) {
    return new Binarization(noise, value, soft, mix, quiet);
  }

  public Binarization withSoft(double value) {
    return new Binarization(noise, course, value, mix, quiet);
  }

  public Binarization withMix(Mix value) {
    return new Binarization(noise, course, soft, value, quiet);
  }

  public Binarization withQuiet(double value) {
    return new Binarization(noise, course, soft, mix, value);
  }

  /** Standard deviation of the noise after the share {@code done} of the joint training. */
  double noiseAt(double done) {
    if (isQuiet(done)) {
      return 0;
    }
    return switch (course) {
      case CONSTANT -> noise;
      case TO_ZERO -> noise * (1 - done / (1 - quiet));
    };
  }

  /** Share of soft gates after the share {@code done} of the joint training. */
  double softAt(double done) {
    return isQuiet(done) ? 0 : soft;
  }

  private boolean isQuiet(double done) {
    return done >= 1 - quiet;
  }
}
