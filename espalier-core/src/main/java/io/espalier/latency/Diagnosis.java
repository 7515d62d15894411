package io.espalier.latency;

import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * Why a smaller network gains less time than its MACs promise.
 *
 * @param convolutions how many it has
 * @param unaligned how many of them have a channel count that is no multiple of 16
 * @param plain how many of those have one that costs them the fast kernel: no multiple of 4
 * @param speedup the measured gain
 * @param macRatio the gain in MACs
 * @param alignedSpeedup the gain expected of the convolutions of a cut to as many MACs whose counts
 *     are multiples of 16; empty where multiples of 16 do not reach so few MACs
 * @param activationRatio the gain in activation bytes
 */
public record Diagnosis(
    int convolutions,
    int unaligned,
    int plain,
    double speedup,
    double macRatio,
    OptionalDouble alignedSpeedup,
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
    return Optional.of(
        new Diagnosis(
            shapes.size(),
            count(shapes, shape -> !shape.isAligned()),
            count(shapes, ConvShape::isPlain),
            speedup,
            macRatio,
            alignedSpeedup(ConvShape.of(original), shapes),
            (double) before.activationBytes() / after.activationBytes()));
  }

  /** Convolutions of whole blocks take the time of their MACs, whatever widths they have. */
  private static OptionalDouble alignedSpeedup(List<ConvShape> original, List<ConvShape> smaller) {
    double time = original.stream().mapToDouble(BlockLaw::cost).sum();
    double least = original.stream().mapToDouble(BlockLaw::leastCost).sum();
    double macs = smaller.stream().mapToDouble(ConvShape::macs).sum();
    return macs < least ? OptionalDouble.empty() : OptionalDouble.of(time / macs);
  }

  /** What to tell the user, in one line. */
  public String sentence() {
    String gain = text("%.2fx fewer MACs gained %.2fx: ", macRatio, speedup);
    return gain + (unaligned > 0 ? counts() : memory());
  }

  private String counts() {
    String found =
        text(
            "%d of %d convolutions have channel counts that are no multiple of 16%s, which costs"
                + " time",
            unaligned, convolutions, plain == 0 ? "" : text(", %d of them none of 4", plain));
    return alignedSpeedup.orElse(0) > CLEAR * speedup
        ? found
            + text(
                "; a cut to as many MACs with --align 16 would be expected to gain up to about"
                    + " %.1fx",
                alignedSpeedup.getAsDouble())
        : found;
  }

  private String memory() {
    return text(
        "all %d convolutions have channel counts that are multiples of 16, so the time is not in"
            + " the arithmetic but in moving activations (%.2fx fewer bytes) and in the number of"
            + " layers",
        convolutions, activationRatio);
  }

  private static int count(List<ConvShape> shapes, Predicate<ConvShape> condition) {
    return (int) shapes.stream().filter(condition).count();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
