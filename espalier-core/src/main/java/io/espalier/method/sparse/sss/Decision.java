package io.espalier.method.sparse.sss;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.ResidualBranch;
import io.espalier.surgery.Scores;
import io.espalier.surgery.Surgeon;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Decides what goes: what training drove to zero, and where that does not meet the budget, the
 * weakest of the rest.
 */
final class Decision {
  private final Workbench bench;
  private final Structures structures;
  private final double[] strengths;
  private final Graph folded;
  private final ChannelMap map;
  private final Scores units;
  private final Assembly assembly;
  private final Removal zeros;

  /**
   * @param strengths of the structures, 0 for those that training drove to zero
   * @param folded the network on the bench with the factors in its weights
   */
  Decision(Workbench bench, Structures structures, double[] strengths, Graph folded) {
    this.bench = bench;
    this.structures = structures;
    this.strengths = strengths.clone();
    this.folded = folded;
    this.map = bench.channels();
    this.units = structures.ofUnits(map, strengths);
    this.assembly = new Assembly(structures, map, strengths, dead());
    this.zeros =
        assembly.of(zeroPositions(), bearsChannels() ? bench.removalUpTo(units, 0) : Map.of());
  }

  /** Branches with a dead layer; with a floor under every layer, none is dead. */
  private Map<ResidualBranch, List<Double>> dead() {
    Map<ResidualBranch, List<Double>> dead = new LinkedHashMap<>();
    if (bench.options().floor() == 0) {
      for (ResidualBranch branch : new DeadBranches(map, units).of(folded)) {
        Emission.of(bench, folded, branch.value())
            .ifPresent(constants -> dead.put(branch, constants));
      }
    }
    return dead;
  }

  private BitSet zeroPositions() {
    BitSet positions = new BitSet();
    IntStream.range(0, strengths.length).filter(i -> strengths[i] == 0).forEach(positions::set);
    return positions;
  }

  private boolean bearsChannels() {
    return structures.kinds().contains(Structure.Kind.CHANNEL);
  }

  /** The network on the bench with the factors in its weights. */
  Graph folded() {
    return folded;
  }

  /** What goes without any budget, because training drove it to zero. */
  Removal zeros() {
    return zeros;
  }

  /** Whether that meets the budget; true where there is none. */
  boolean zerosSuffice() {
    return suffices(zeros);
  }

  /**
   * What goes.
   *
   * @throws MethodException if the budget cannot be met
   */
  Removal removal() {
    PlanOptions options = bench.options();
    boolean plain = options.ratios().isEmpty() && options.align() == 1;
    if (!options.hasSize() || (plain && zerosSuffice())) {
      return zeros;
    }
    if (bearsChannels()) {
      return assembly.of(zeroPositions(), bench.removal(units));
    }
    if (!options.ratios().isEmpty()) {
      throw new MethodException("ratios are shares of channels: choose structures with channels");
    }
    return weakest();
  }

  private boolean suffices(Removal removal) {
    Optional<Budget.Counted> budget = bench.options().budget();
    return budget.isEmpty()
        || left(removal, budget.get().quantity())
            <= budget.get().limit(count(bench.original(), budget.get().quantity()));
  }

  private long left(Removal removal, Budget.Quantity quantity) {
    PruningPlan plan = PruningPlan.of(folded, removal.entries(map));
    return count(Surgeon.cut(folded, plan), quantity);
  }

  private static long count(Graph graph, Budget.Quantity quantity) {
    return switch (quantity) {
      case MACS -> Cost.of(graph).macs();
      case PARAMS -> Cost.of(graph).params();
      case UNITS -> ChannelMap.of(graph).units();
    };
  }

  /** Blocks and convolution groups from the weakest on; those that fit come back. */
  private Removal weakest() {
    List<Integer> order =
        IntStream.range(0, strengths.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> strengths[i]))
            .toList();
    BitSet out = zeroPositions();
    List<Integer> added = new ArrayList<>();
    for (int i : order) {
      if (!out.get(i) && !suffices(assembly.of(out, Map.of()))) {
        out.set(i);
        added.add(i);
      }
    }
    if (!suffices(assembly.of(out, Map.of()))) {
      throw new MethodException(outOfReach(assembly.of(out, Map.of())));
    }
    for (int i : added.reversed()) {
      out.clear(i);
      out.set(i, !suffices(assembly.of(out, Map.of())));
    }
    return assembly.of(out, Map.of());
  }

  private String outOfReach(Removal all) {
    Budget.Counted budget = bench.options().budget().orElseThrow();
    double share =
        (double) left(all, budget.quantity()) / count(bench.original(), budget.quantity());
    List<String> kinds = structures.kinds().stream().map(Structure.Kind::word).toList();
    return "budget %s cannot be met by %s alone: at least %.1f%% of '%s' remains; ask for more, or choose structures with channels"
        .formatted(budget, String.join(" and ", kinds), 100 * share, bench.original().name());
  }
}
