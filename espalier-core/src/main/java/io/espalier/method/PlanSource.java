package io.espalier.method;

import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.PruningPlan;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Where the plan of a prune comes from. */
public sealed interface PlanSource {
  /**
   * A method makes it.
   *
   * @param id the method
   * @param settings what the user chose of its settings, by name
   * @param options what the plan must meet
   * @param iteration in how many cuts
   */
  record ByMethod(String id, Map<String, String> settings, PlanOptions options, Iteration iteration)
      implements PlanSource {
    public ByMethod {
      settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }
  }

  /** It is there already and is replayed. */
  record Given(PruningPlan plan) implements PlanSource {}
}
