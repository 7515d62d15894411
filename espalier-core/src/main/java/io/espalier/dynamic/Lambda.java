package io.espalier.dynamic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The state of a {@link BudgetControl}: the costs of the last steps and what they have added up.
 */
final class Lambda {
  /** The sum must not run ahead of the mean that it is a sum of. */
  private static final double LEAST_WINDOWS = 4;

  private final BudgetControl control;
  private final double budget;
  private final Deque<Double> costs = new ArrayDeque<>();
  private double sum;
  private double value;

  /**
   * @param budget the budget as a share of the original network's cost
   */
  Lambda(BudgetControl control, double budget) {
    this.control = control;
    this.budget = budget;
  }

  /**
   * Takes in what a step cost; returns lambda for it.
   *
   * @param cost as a share of the original network
   * @param step steps of the joint training before this one
   * @param steps steps of the whole joint training
   */
  double step(double cost, long step, long steps) {
    costs.addLast(cost);
    if (costs.size() > control.window()) {
      costs.removeFirst();
    }
    double distance = cost() - control.budgetAt((double) step / steps, budget);
    if (sum * distance < 0) {
      sum *= 1 - control.forgetting();
    }
    if (control.integral() > 0) {
      double steady = Math.max(control.integral() * steps, LEAST_WINDOWS * control.window());
      sum = bounded(sum + control.gain() * distance / steady);
    }
    value = bounded(control.gain() * distance + sum);
    return value;
  }

  /** Lambda of the last step; 0 before the first one. */
  double value() {
    return value;
  }

  /** The mean cost of the last steps; NaN before the first one. */
  double cost() {
    return costs.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  private double bounded(double any) {
    return Math.max(control.least(), Math.min(control.most(), any));
  }

  JsonNode save() {
    ObjectNode state = JsonNodeFactory.instance.objectNode().put("sum", sum).put("value", value);
    costs.forEach(state.putArray("costs")::add);
    return state;
  }

  void restore(JsonNode state) {
    sum = state.path("sum").asDouble();
    value = state.path("value").asDouble();
    costs.clear();
    state.path("costs").forEach(cost -> costs.add(cost.asDouble()));
  }
}
