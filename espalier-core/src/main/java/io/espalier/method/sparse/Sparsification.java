package io.espalier.method.sparse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.surgery.Scores;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;

/**
 * What training with a penalty did to factors, and what of it a cut used. A factor is near zero
 * when it is at most a hundredth of what factors were in the median before that training; a cut of
 * such units costs next to nothing, a cut of others is the budget's doing and not the method's.
 *
 * @param before the factors before the training
 * @param after the same after it
 * @param limit the largest size that counts as near zero
 * @param nearZero how many are near zero after the training
 * @param nearZeroBefore how many were so before it
 * @param removed how many of the factors' units go
 * @param removedNearZero how many of those are near zero
 */
public record Sparsification(
    FactorHistogram before,
    FactorHistogram after,
    double limit,
    int nearZero,
    int nearZeroBefore,
    int removed,
    int removedNearZero) {
  private static final double SHARE_OF_MEDIAN = 0.01;

  /**
   * Compares factors, one a unit.
   *
   * @param removed the units that go
   */
  public static Sparsification of(double[] before, double[] after, BitSet removed) {
    if (before.length != after.length || removed.length() > after.length) {
      throw new IllegalArgumentException(
          "%d factors before, %d after, and the last removed is %d"
              .formatted(before.length, after.length, removed.length() - 1));
    }
    FactorHistogram first = FactorHistogram.of(before);
    double limit = SHARE_OF_MEDIAN * first.median();
    double[] gone = removed.stream().mapToDouble(unit -> after[unit]).toArray();
    return new Sparsification(
        first,
        FactorHistogram.of(after),
        limit,
        upTo(limit, after),
        upTo(limit, before),
        gone.length,
        upTo(limit, gone));
  }

  /** Compares scores of units where both are finite; {@code removed} by group index. */
  public static Sparsification of(Scores before, Scores after, Map<Integer, BitSet> removed) {
    Scores both = UnitFactors.bothFinite(after, before);
    return of(
        UnitFactors.of(UnitFactors.bothFinite(before, after)),
        UnitFactors.of(both),
        UnitFactors.removed(both, removed));
  }

  private static int upTo(double limit, double[] factors) {
    return (int) Arrays.stream(factors).filter(x -> Math.abs(x) <= limit).count();
  }

  /** The share of what goes that the training had driven to zero or near it; 1 if nothing goes. */
  public double removedNearZeroShare() {
    return removed == 0 ? 1 : (double) removedNearZero / removed;
  }

  /** For a run's record. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("nearZeroLimit", limit);
    json.put("nearZero", nearZero).put("nearZeroBefore", nearZeroBefore);
    json.put("removed", removed).put("removedNearZero", removedNearZero);
    json.put("removedNearZeroShare", removedNearZeroShare());
    json.set("before", before.toJson());
    json.set("after", after.toJson());
    return json;
  }
}
