package io.espalier.method.search;

import io.espalier.method.MethodException;
import io.espalier.surgery.PlanOptions;

/** What a search for widths can be asked for. */
final class SearchBudget {
  private SearchBudget() {}

  /**
   * Makes sure that there are widths to look for.
   *
   * @throws MethodException if {@code options} leave nothing to {@code method}
   */
  static void require(String method, PlanOptions options) {
    if (options.budget().isEmpty()) {
      throw new MethodException(
          "%s looks for the widths that meet a budget: give one, such as macs=50%%"
              .formatted(method));
    }
    if (options.ranking() != PlanOptions.Ranking.GLOBAL) {
      throw new MethodException(
          "%s chooses the width of each layer: leave out the uniform ranking".formatted(method));
    }
  }
}
