package io.espalier.surgery;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphDigest;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What goes, as data.
 *
 * @param format version of this format, 1
 * @param digest {@link GraphDigest} of the network that the plan was made for
 * @param entries what goes
 */
public record PruningPlan(int format, String digest, List<PlanEntry> entries) {
  /** The format that this library writes and reads. */
  public static final int FORMAT = 1;

  public PruningPlan {
    entries = List.copyOf(entries);
    if (format != FORMAT) {
      throw new PlanException(
          "plan has format %d, but this version reads %d".formatted(format, FORMAT));
    }
  }

  /** A plan for {@code graph}. */
  public static PruningPlan of(Graph graph, List<PlanEntry> entries) {
    return new PruningPlan(FORMAT, GraphDigest.of(graph), entries);
  }

  /** True when removed channels still emit something that the cut folds into their consumers. */
  public boolean foldsConstants() {
    return PlanParts.of(this).reads().stream()
        .flatMap(read -> read.constants().stream())
        .anyMatch(constant -> constant != 0);
  }

  /** By weight, the elements that the plan sets to zero and leaves in place, row-major. */
  public Map<String, BitSet> zeros() {
    Map<String, BitSet> zeros = new LinkedHashMap<>();
    for (PlanEntry.WeightMask mask : PlanParts.of(this).weightMasks()) {
      zeros.computeIfAbsent(mask.initializer(), name -> new BitSet()).or(mask.bits());
    }
    return zeros;
  }

  /**
   * Makes sure that this plan was made for {@code graph}.
   *
   * @throws PlanException if it was made for another network
   */
  void requireMadeFor(Graph graph) {
    String actual = GraphDigest.of(graph);
    if (!actual.equals(digest)) {
      throw new PlanException(
          "the plan was made for another network (digest %.12s, but '%s' has %.12s)"
              .formatted(digest, graph.name(), actual));
    }
  }
}
