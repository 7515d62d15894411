package io.espalier.surgery;

import io.espalier.cost.Budget;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan must meet.
 *
 * @param budget the most that may remain; may be left out with explicit ratios, or where a method
 *     has a threshold of its own
 * @param ranking how units of different groups compare
 * @param ratios share of units to remove by glob pattern of the group's name; these groups are not
 *     ranked with the others
 * @param freeze glob patterns of layers whose channels stay
 * @param floor share of the channels of each layer that stays whatever the scores say, 0 to 1; one
 *     channel always stays
 * @param align kept widths are multiples of this; 1 for no alignment
 * @param scope which groups may lose units at all
 */
public record PlanOptions(
    Optional<Budget.Counted> budget,
    Ranking ranking,
    Map<String, Double> ratios,
    List<String> freeze,
    double floor,
    int align,
    Scope scope) {
  /** Which groups may lose units. */
  public enum Scope {
    /** All of them. */
    ALL,
    /** Those inside branches; the streams that residual adds join stay whole. */
    BRANCHES
  }

  /** How units of different groups compare. */
  public enum Ranking {
    /** All units of the network in one order. */
    GLOBAL,
    /** Every group loses the same share. */
    UNIFORM
  }

  public PlanOptions {
    ratios = Map.copyOf(ratios);
    freeze = List.copyOf(freeze);
    ratios.forEach(
        (pattern, ratio) -> {
          if (!(ratio >= 0 && ratio < 1)) {
            throw new IllegalArgumentException(
                "ratio of '%s' must be from 0 to below 1, but got %s".formatted(pattern, ratio));
          }
        });
    if (!(floor >= 0 && floor <= 1)) {
      throw new IllegalArgumentException("floor must be from 0 to 1, but got " + floor);
    }
    if (align < 1) {
      throw new IllegalArgumentException("align must be 1 or more, but got " + align);
    }
  }

  /** A budget met by ranking all units together. */
  public static PlanOptions of(Budget.Counted budget) {
    return new PlanOptions(
        Optional.of(budget), Ranking.GLOBAL, Map.of(), List.of(), 0, 1, Scope.ALL);
  }

  public PlanOptions withRanking(Ranking newRanking) {
    return new PlanOptions(budget, newRanking, ratios, freeze, floor, align, scope);
  }

  public PlanOptions withBudget(Budget.Counted newBudget) {
    return new PlanOptions(Optional.of(newBudget), ranking, ratios, freeze, floor, align, scope);
  }

  public PlanOptions withFreeze(List<String> patterns) {
    return new PlanOptions(budget, ranking, ratios, patterns, floor, align, scope);
  }

  public PlanOptions withRatios(Map<String, Double> newRatios) {
    return new PlanOptions(budget, ranking, newRatios, freeze, floor, align, scope);
  }

  public PlanOptions withFloor(double newFloor) {
    return new PlanOptions(budget, ranking, ratios, freeze, newFloor, align, scope);
  }

  public PlanOptions withAlign(int newAlign) {
    return new PlanOptions(budget, ranking, ratios, freeze, floor, newAlign, scope);
  }

  public PlanOptions withScope(Scope newScope) {
    return new PlanOptions(budget, ranking, ratios, freeze, floor, align, newScope);
  }

  /** The same without a budget and without ratios: nothing asks for a size. */
  public PlanOptions withoutSize() {
    return new PlanOptions(Optional.empty(), ranking, Map.of(), freeze, floor, align, scope);
  }

  /** Whether a budget or ratios say how much must go. */
  public boolean hasSize() {
    return budget.isPresent() || !ratios.isEmpty();
  }
}
