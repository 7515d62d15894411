package io.espalier.surgery;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Plans in which every width that a convolution reads or writes is a multiple or stays what it was.
 */
public final class Alignment {
  private Alignment() {}

  /**
   * What goes.
   *
   * @param removed the units that go, by group index, those that were out already among them
   * @param aligned whether widths are multiples; false where the budget could only be met without
   * @param nearest the smallest aligned network that was found, where the plan is not aligned and
   *     there is one besides the network as it is
   * @param obstacle why there is none; empty where there is one or the plan is aligned
   */
  public record Outcome(
      Map<Integer, BitSet> removed, boolean aligned, Optional<Nearest> nearest, String obstacle) {}

  /**
   * An aligned network above the budget.
   *
   * @param removed the units that are out, by group index
   * @param macs its MACs for one sample
   */
  public record Nearest(Map<Integer, BitSet> removed, long macs) {}

  /**
   * The units to remove under {@code options}: aligned, or where the budget cannot be met like
   * that, not aligned.
   *
   * @param gone units that are out already and stay out, by group index
   * @throws PlanException if the budget cannot be met at all
   */
  public static Outcome removal(
      Graph graph, ChannelMap map, Scores scores, PlanOptions options, Map<Integer, BitSet> gone) {
    Attempt attempt = attempt(graph, map, scores, options, gone);
    Planner.Reach reach = attempt.reach();
    if (attempt.aligned() && reach.met()) {
      return new Outcome(reach.removed(), true, Optional.empty(), "");
    }
    Map<Integer, BitSet> removed = Planner.removal(graph, map, scores, options.withAlign(1), gone);
    if (attempt.aligned() && removes(reach.removed())) {
      Nearest nearest = new Nearest(reach.removed(), reach.macs());
      return new Outcome(removed, false, Optional.of(nearest), "");
    }
    String obstacle =
        removes(gone)
            ? "a width that an earlier step left cannot become one"
            : obstacle(map, scores, options, attempt.spoilers());
    return new Outcome(removed, false, Optional.empty(), obstacle);
  }

  private static boolean removes(Map<Integer, BitSet> removed) {
    return removed.values().stream().anyMatch(units -> !units.isEmpty());
  }

  /**
   * The best that was found.
   *
   * @param aligned whether every width that changed is a multiple
   * @param spoilers groups that stay whole because they would spoil a width
   */
  private record Attempt(Planner.Reach reach, boolean aligned, Set<Integer> spoilers) {}

  /** Plans again without the groups that spoil a width, until none does. */
  private static Attempt attempt(
      Graph graph, ChannelMap map, Scores scores, PlanOptions options, Map<Integer, BitSet> gone) {
    Set<Integer> left = new TreeSet<>();
    while (true) {
      Planner.Reach reach = Planner.reach(graph, map, without(scores, left), options, gone);
      Graph cut = Surgeon.cut(graph, Plans.units(graph, map, reach.removed()));
      Set<Integer> spoilers = spoilers(graph, cut, map, reach.removed(), options.align());
      if (!left.addAll(spoilers)) {
        boolean aligned = unaligned(graph, cut, options.align()).isEmpty();
        return new Attempt(reach, aligned, left);
      }
    }
  }

  /** Why no group can go to a multiple, counted over the groups. */
  private static String obstacle(
      ChannelMap map, Scores scores, PlanOptions options, Set<Integer> spoilers) {
    int narrow = 0;
    int joined = 0;
    for (ChannelGroup group : map.groups()) {
      boolean hasMultiple =
          !Atoms.of(group, scores, options.align(), new BitSet()).isEmpty()
              && group.units() > options.align();
      narrow += group.units() <= options.align() ? 1 : 0;
      joined += hasMultiple && spoilers.contains(group.index()) ? 1 : 0;
    }
    List<String> reasons = new ArrayList<>();
    addReason(reasons, narrow, "no more than %d channels".formatted(options.align()));
    addReason(reasons, joined, "a part in a width that is no multiple, such as a concatenation");
    int rest = map.groups().size() - narrow - joined;
    addReason(
        reasons, rest, "channels that must stay (freeze, floor, ratio, groups of convolution)");
    return "of %d prunable groups %s".formatted(map.groups().size(), String.join(", ", reasons));
  }

  private static void addReason(List<String> reasons, int groups, String what) {
    if (groups > 0) {
      reasons.add("%d %s %s".formatted(groups, groups == 1 ? "has" : "have", what));
    }
  }

  private static Scores without(Scores scores, Set<Integer> left) {
    List<double[]> byGroup = new ArrayList<>(scores.byGroup());
    for (int group : left) {
      double[] stays = new double[byGroup.get(group).length];
      Arrays.fill(stays, Double.POSITIVE_INFINITY);
      byGroup.set(group, stays);
    }
    return new Scores(byGroup, scores.losses());
  }

  /** The groups with a part in a width that changed and is no multiple. */
  private static Set<Integer> spoilers(
      Graph graph, Graph cut, ChannelMap map, Map<Integer, BitSet> removed, int align) {
    Map<String, Widths> widths = changed(graph, cut);
    Set<Integer> spoilers = new TreeSet<>();
    for (ChannelGroup group : map.groups()) {
      boolean touched = !removed.getOrDefault(group.index(), new BitSet()).isEmpty();
      boolean spoils =
          group.members().stream()
              .anyMatch(
                  member ->
                      widths.containsKey(member.node())
                          && widths.get(member.node()).spoiltAt(member.role(), align));
      if (touched && spoils) {
        spoilers.add(group.index());
      }
    }
    return spoilers;
  }

  /** Channels that a convolution reads and writes, before and after. */
  private record Widths(int in, int newIn, int out, int newOut) {
    boolean spoiltAt(Role role, int align) {
      return switch (role) {
        case INPUT -> newIn != in && newIn % align != 0;
        case OUTPUT -> newOut != out && newOut % align != 0;
        default -> false;
      };
    }

    boolean spoilt(int align) {
      return spoiltAt(Role.INPUT, align) || spoiltAt(Role.OUTPUT, align);
    }
  }

  private static Map<String, Widths> changed(Graph graph, Graph cut) {
    Map<String, Widths> widths = new LinkedHashMap<>();
    for (Node node : cut.nodes()) {
      if (node.op() instanceof Op.Conv || node.op() instanceof Op.ConvTranspose) {
        Node before = graph.node(node.name()).orElse(node);
        widths.put(
            node.name(),
            new Widths(
                channels(graph, before.input(0)),
                channels(cut, node.input(0)),
                channels(graph, before.output()),
                channels(cut, node.output())));
      }
    }
    return widths;
  }

  private static int channels(Graph graph, String value) {
    return graph
        .shape(value)
        .filter(shape -> shape.rank() > 1 && shape.dim(1).isFixed())
        .map(shape -> Math.toIntExact(shape.size(1)))
        .orElse(0);
  }

  /**
   * The convolutions of {@code cut} with a width that changed and is no multiple of {@code align},
   * as {@code name 12>20}.
   */
  public static List<String> unaligned(Graph graph, Graph cut, int align) {
    List<String> names = new ArrayList<>();
    changed(graph, cut)
        .forEach(
            (name, widths) -> {
              if (widths.spoilt(align)) {
                names.add("%s %d>%d".formatted(name, widths.newIn(), widths.newOut()));
              }
            });
    return names;
  }
}
