package io.espalier.method.reconstruct;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import io.espalier.surgery.Alignment;
import io.espalier.surgery.Glob;
import io.espalier.surgery.PlanException;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.PruningPlan;
import io.espalier.surgery.Scores;
import io.espalier.surgery.Surgeon;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How many channels every layer keeps. Each layer loses the same share, and so does the input of
 * each layer behind a gather, so that the budget is met; which channels go is another matter.
 *
 * @param removed number of units that go, by group index
 * @param gathered number of stream channels that stay in front of a layer, by node
 */
record Widths(Map<Integer, Integer> removed, Map<String, Integer> gathered) {

  /**
   * The widths that meet {@code options}, of which {@code draft} has reached a part.
   *
   * @param entrances the sites in front of which another gather may stand
   * @throws PlanException if the budget cannot be met
   */
  static Widths of(Draft draft, Sites sites, List<Site> entrances, PlanOptions options) {
    if (!options.hasSize()) {
      throw new MethodException(
          "reconstruction has no threshold of its own: give a budget, such as macs=50%, or ratios");
    }
    return new Search(draft, sites, open(entrances, options), options).find();
  }

  private static List<Site> open(List<Site> entrances, PlanOptions options) {
    return options.scope() == PlanOptions.Scope.BRANCHES
        ? List.of()
        : entrances.stream()
            .filter(site -> options.freeze().stream().noneMatch(f -> matches(f, site)))
            .toList();
  }

  private static boolean matches(String pattern, Site site) {
    return Glob.of(pattern).matches(site.node());
  }

  /** Whether what {@code draft} leaves meets the budget of {@code options}, if there is one. */
  static boolean met(Draft draft, PlanOptions options) {
    if (options.budget().isEmpty()) {
      return true;
    }
    Budget.Counted budget = options.budget().get();
    Graph left = Surgeon.cut(draft.graph(), PruningPlan.of(draft.graph(), draft.entries()));
    int gone = draft.removed().values().stream().mapToInt(BitSet::cardinality).sum();
    long quantity =
        switch (budget.quantity()) {
          case MACS -> Cost.of(left).macs();
          case PARAMS -> Cost.of(left).params();
          case UNITS -> draft.map().units() - gone;
        };
    return quantity <= budget.limit(count(draft, budget.quantity()));
  }

  private static long count(Draft draft, Budget.Quantity quantity) {
    return switch (quantity) {
      case MACS -> Cost.of(draft.graph()).macs();
      case PARAMS -> Cost.of(draft.graph()).params();
      case UNITS -> draft.map().units();
    };
  }

  /** The stream channels among the inputs of {@code site}, each a number from 0 on; else -1. */
  static int[] streamChannels(Site site, Sites sites) {
    return Channels.of(site, i -> sites.streams().contains(site.carriage().group(i)));
  }

  private record Search(Draft base, Sites sites, List<Site> entrances, PlanOptions options) {
    Widths find() {
      if (options.budget().isEmpty() || entrances.isEmpty()) {
        Map<String, Integer> gathered = gathered(0);
        return new Widths(removal(gathered), gathered);
      }
      // The more the gathers take, the less the layers have to lose: where both lose the same.
      int steps = entrances.stream().mapToInt(this::channels).max().orElseThrow();
      int low = -1;
      int high = steps - 1;
      while (high - low > 1) {
        int middle = (low + high) / 2;
        if (lost(middle, steps) <= (double) middle / steps) {
          high = middle;
        } else {
          low = middle;
        }
      }
      Map<String, Integer> gathered = gathered((double) high / steps);
      return new Widths(removal(gathered), gathered);
    }

    /** The share of the units that must go besides; infinite where even all are not enough. */
    private double lost(int step, int steps) {
      try {
        Map<Integer, Integer> removed = removal(gathered((double) step / steps));
        double all =
            base.map().groups().stream()
                .filter(group -> sites.free().contains(group.index()))
                .mapToInt(ChannelGroup::units)
                .sum();
        return removed.values().stream().mapToInt(i -> i).sum() / all;
      } catch (PlanException tooLittle) {
        return Double.POSITIVE_INFINITY;
      }
    }

    private int channels(Site site) {
      return Arrays.stream(streamChannels(site, sites)).max().orElse(-1) + 1;
    }

    private Map<String, Integer> gathered(double share) {
      Map<String, Integer> gathered = new TreeMap<>();
      for (Site site : entrances) {
        int channels = channels(site);
        double own = ratio(site, share);
        int kept = channels - (int) Math.floor(own * channels + 1e-9);
        int aligned = (kept + options.align() - 1) / options.align() * options.align();
        if (aligned < channels) {
          gathered.put(site.node(), Math.max(1, aligned));
        }
      }
      return gathered;
    }

    private double ratio(Site site, double otherwise) {
      return options.ratios().entrySet().stream()
          .filter(entry -> matches(entry.getKey(), site))
          .mapToDouble(Map.Entry::getValue)
          .max()
          .orElse(otherwise);
    }

    /** Units that go, by group index, where these gathers stand already. */
    private Map<Integer, Integer> removal(Map<String, Integer> gathered) {
      Draft draft = new Draft(base.graph(), base.map(), Map.of(), base.gathered());
      for (Site site : entrances) {
        if (gathered.containsKey(site.node())) {
          draft = draft.gathering(site.node(), first(site, gathered.get(site.node())));
        }
      }
      return removal(draft);
    }

    private List<Integer> first(Site site, int count) {
      int[] channels = streamChannels(site, sites);
      return IntStream.range(0, channels.length).filter(i -> channels[i] < count).boxed().toList();
    }

    private Map<Integer, Integer> removal(Draft gathers) {
      boolean plain = gathers.gathered().isEmpty();
      Graph graph = base.graph();
      Graph narrow = plain ? graph : Surgeon.cut(graph, PruningPlan.of(graph, gathers.entries()));
      ChannelMap map = plain ? base.map() : ChannelMap.of(narrow);
      Map<Set<String>, Integer> indices = new HashMap<>();
      base.map().groups().forEach(g -> indices.put(Set.copyOf(g.producers()), g.index()));
      Map<Integer, BitSet> gone = new TreeMap<>();
      for (ChannelGroup group : map.groups()) {
        BitSet out = base.removed().get(indices.get(Set.copyOf(group.producers())));
        if (out != null) {
          gone.put(group.index(), out);
        }
      }
      Scores scores =
          Scores.of(
              map,
              group ->
                  sites.free().contains(indices.get(Set.copyOf(group.producers())))
                      ? savings(narrow, group)
                      : infinite(group.units()));
      Map<Integer, Integer> counts = new TreeMap<>();
      units(narrow, map, scores, gone)
          .forEach(
              (index, units) -> {
                if (!units.isEmpty()) {
                  Set<String> makers = Set.copyOf(map.groups().get(index).producers());
                  counts.put(indices.get(makers), units.cardinality());
                }
              });
      return counts;
    }

    private static double[] infinite(int units) {
      double[] scores = new double[units];
      Arrays.fill(scores, Double.POSITIVE_INFINITY);
      return scores;
    }

    /**
     * What the units of a group cost, about. Those that cost least are taken to go, so that the
     * budget is met whichever do.
     */
    private double[] savings(Graph narrow, ChannelGroup group) {
      boolean macs = options.budget().filter(b -> b.quantity() == Budget.Quantity.PARAMS).isEmpty();
      Map<String, NodeCost> costs = macs ? Cost.of(narrow).byName() : Map.of();
      double[] savings = new double[group.units()];
      for (Member member : group.members()) {
        double whole =
            macs ? costs.get(member.node()).macs() : narrow.weight(member.initializer()).elements();
        int positions = member.space().stream().reduce(1, Math::multiplyExact);
        for (int unit = 0; unit < savings.length; unit++) {
          savings[unit] += whole * member.positions(unit).length / positions;
        }
      }
      return savings;
    }

    private Map<Integer, BitSet> units(
        Graph narrow, ChannelMap map, Scores scores, Map<Integer, BitSet> gone) {
      PlanOptions uniform = options.withRanking(PlanOptions.Ranking.UNIFORM);
      if (options.budget().isPresent()) {
        Budget.Counted budget = options.budget().get();
        long limit = budget.limit(count(base, budget.quantity()));
        uniform = uniform.withBudget(new Budget.Absolute(budget.quantity(), Math.max(1, limit)));
      }
      return options.align() > 1
          ? Alignment.removal(narrow, map, scores, uniform, gone).removed()
          : Planner.removal(narrow, map, scores, uniform, gone);
    }
  }
}
