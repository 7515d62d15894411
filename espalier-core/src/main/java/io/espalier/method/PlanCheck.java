package io.espalier.method;

import io.espalier.graph.Graph;
import io.espalier.surgery.PruningPlan;

/** Checks a cut against its plan before anything is built on it. */
@FunctionalInterface
public interface PlanCheck {
  /**
   * What a check found.
   *
   * @param maxDifference largest difference between the masked and the cut network's outputs,
   *     relative to the largest output
   * @param passed whether that is small enough
   * @param detail what was compared, in one line
   */
  record Finding(double maxDifference, boolean passed, String detail) {}

  /** Compares {@code cut} with {@code graph} masked by {@code plan}. */
  Finding check(Graph graph, PruningPlan plan, Graph cut);
}
