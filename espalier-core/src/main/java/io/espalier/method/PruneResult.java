package io.espalier.method;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.surgery.PruningPlan;
import io.espalier.train.Accuracy;
import io.espalier.train.EpochMetrics;
import java.util.List;
import java.util.Optional;

/**
 * What a prune came to.
 *
 * @param graph the smaller network
 * @param plan what went, in terms of the original network, of all cuts together
 * @param before cost of the original network
 * @param after cost of the smaller one
 * @param accuracy accuracies, where there are images with labels
 * @param findings what the checks of the cuts found, in the order of the cuts
 * @param alignment what became of the wish for aligned widths, if there was one
 * @param history the epochs of the last fine-tuning
 * @param warnings what the user should know, one line each
 * @param records what the method recorded about its work, by name
 * @param complete false if the prune was asked to stop; the same call on the same folder goes on
 */
public record PruneResult(
    Graph graph,
    PruningPlan plan,
    Cost before,
    Cost after,
    Accuracies accuracy,
    List<PlanCheck.Finding> findings,
    Optional<AlignmentReport> alignment,
    List<EpochMetrics> history,
    List<String> warnings,
    JsonNode records,
    boolean complete) {
  /**
   * Accuracies on one and the same split.
   *
   * @param original of the network that was given
   * @param afterCut right after the (last) cut, recalibrated if that was asked for
   * @param fineTuned after the fine-tuning
   */
  public record Accuracies(
      Optional<Accuracy> original, Optional<Accuracy> afterCut, Optional<Accuracy> fineTuned) {
    /** Nothing was measured. */
    public static final Accuracies NONE =
        new Accuracies(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * Aligned widths and the budget.
   *
   * @param align the number that widths should be multiples of
   * @param met whether the plan is aligned; false where the budget could only be met without
   * @param unaligned layers with a width that changed and is no multiple, as {@code name in>out}
   * @param nearestMacs MACs of the nearest aligned network, where the plan is not aligned and there
   *     is one besides the original
   * @param obstacle why no width can be aligned; empty where some can
   */
  public record AlignmentReport(
      int align, boolean met, List<String> unaligned, Optional<Long> nearestMacs, String obstacle) {
    public AlignmentReport {
      unaligned = List.copyOf(unaligned);
    }
  }

  public PruneResult {
    findings = List.copyOf(findings);
    history = List.copyOf(history);
    warnings = List.copyOf(warnings);
  }
}
