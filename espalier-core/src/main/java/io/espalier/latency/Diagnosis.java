package io.espalier.latency;

import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Why a smaller network gains less time than its MACs promise.
 *
 * @param convolutions how many it has
 * @param unaligned how many of them have a channel count that is no multiple of 16
 * @param plain how many of those have one that costs them the fast kernel: no multiple of 4
 * @param speedup the measured gain
 * @param macRatio the gain in MACs
 * @param alignedSpeedup the gain expected of the convolutions of the nearest network whose counts
 *     are multiples of 16
 * @param activationRatio the gain in activation bytes
 */
public record Diagnosis(
    int convolutions,
    int unaligned,
    int plain,
    double speedup,
    double macRatio,
    double alignedSpeedup,
    double activationRatio) {
  /** A gain below this share of the MAC ratio falls short. */
  private static final double SHORT = 0.85;

  /** Alignment is worth a word if it gains this factor. */
  private static final double CLEAR = 1.1;

  /** MACs must have fallen by this factor for a gain to be expected at all. */
  private static final double LEAST_RATIO = 1.05;

  /**
   * The reasons, if the measured {@code speedup} of {@code smaller} over {@code original} falls
   * short of the MACs.
   */
  public static Optional<Diagnosis> of(Graph original, Graph smaller, double speedup) {
    Cost before = Cost.of(original);
    Cost after = Cost.of(smaller);
    double macRatio = (double) before.macs() / after.macs();
    if (!(macRatio >= LEAST_RATIO) || speedup >= SHORT * macRatio) {
      return Optional.empty();
    }
    List<ConvShape> shapes = ConvShape.of(smaller);
    double time = ConvShape.of(original).stream().mapToDouble(BlockLaw::cost).sum();
    double aligned = shapes.stream().mapToDouble(BlockLaw::alignedCost).sum();
    return Optional.of(
        new Diagnosis(
            shapes.size(),
            count(shapes, shape -> !shape.isAligned()),
            count(shapes, ConvShape::isPlain),
            speedup,
            macRatio,
            time / aligned,
            (double) before.activationBytes() / after.activationBytes()));
  }

  /** What to tell the user, in one line. */
  public String sentence() {
    String gain = text("%.2fx fewer MACs gained %.2fx: ", macRatio, speedup);
    return gain + (helpsToAlign() ? alignment() : memory());
  }

  private boolean helpsToAlign() {
    return unaligned > 0 && alignedSpeedup > CLEAR * speedup;
  }

  private String alignment() {
    return text(
        "%d of %d convolutions have channel counts that are no multiple of 16%s; at the nearest"
            + " multiples they would be expected to gain about %.1fx: prune with --align 16",
        unaligned,
        convolutions,
        plain == 0 ? "" : text(", %d of them none of 4", plain),
        alignedSpeedup);
  }

  private String memory() {
    String counts =
        unaligned == 0
            ? text("all %d convolutions have channel counts that are multiples of 16", convolutions)
            : text(
                "multiples of 16 (now in %d of %d convolutions) would not gain much more",
                convolutions - unaligned, convolutions);
    return text(
        "%s, so the time is not in"
            + " the arithmetic but in moving activations (%.2fx fewer bytes) and in the number of"
            + " layers; remove whole blocks to gain more",
        counts, activationRatio);
  }

  private static int count(List<ConvShape> shapes, Predicate<ConvShape> condition) {
    return (int) shapes.stream().filter(condition).count();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
