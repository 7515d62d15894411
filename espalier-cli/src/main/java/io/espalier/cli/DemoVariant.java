package io.espalier.cli;

import io.espalier.cost.Budget;
import io.espalier.method.PruneOptions;
import io.espalier.surgery.PlanOptions;
import java.util.List;

/**
 * One way in which the demo prunes.
 *
 * @param name short name for table and files
 * @param method the method
 * @param budget what may remain
 * @param align kept widths are multiples of this
 */
record DemoVariant(String name, String method, Budget budget, int align) {
  private static final Budget HALF = Budget.parse("macs=50%");

  /** By filter norms, by chance, and by filter norms to widths that ONNX Runtime likes. */
  static final List<DemoVariant> ALL =
      List.of(
          new DemoVariant("l1", "l1", HALF, 1),
          new DemoVariant("random", "random", HALF, 1),
          new DemoVariant("l1-align16", "l1", Budget.parse("macs=53%"), 16));

  PruneOptions options() {
    PlanOptions plan = PlanOptions.of(PruneOptions.counted(budget)).withAlign(align);
    return PruneOptions.of(method, plan);
  }

  /** What the demo says before it starts on it. */
  String text() {
    return "%s: pruning by %s to %s%s, then fine-tuning"
        .formatted(name, method, budget, align == 1 ? "" : " in multiples of " + align);
  }
}
