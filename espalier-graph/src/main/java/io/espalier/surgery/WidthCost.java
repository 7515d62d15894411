package io.espalier.surgery;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Passage;
import io.espalier.channel.Positions;
import io.espalier.channel.Role;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a network costs while units come and go, without cutting it. A layer's MACs are its weight's
 * elements times the positions at which each is used, and that factor does not change with widths.
 */
final class WidthCost {
  /** One axis (or pair of axes) of a weight or a value, and which of its positions stay. */
  private static final class Space {
    final List<Integer> sizes;
    final boolean[] gone;
    int kept;

    Space(List<Integer> sizes) {
      this.sizes = sizes;
      this.gone = new boolean[sizes.stream().reduce(1, Math::multiplyExact)];
      this.kept = gone.length;
    }

    /** False if it was like that already. */
    boolean set(int position, boolean removed) {
      if (gone[position] == removed) {
        return false;
      }
      gone[position] = removed;
      kept += removed ? -1 : 1;
      return true;
    }
  }

  /** A weight, its spaces, and what an element costs. */
  private static final class Weight {
    final Tensor tensor;
    final Map<List<Integer>, Space> spaces = new LinkedHashMap<>();
    final boolean counts;
    long macsPerElement;
    long kept;

    /** Cells of axes 0 and 1, only where positions of both hang together. */
    private Optional<Cells> cells = Optional.empty();

    Weight(Tensor tensor, boolean counts) {
      this.tensor = tensor;
      this.counts = counts;
      this.kept = tensor.elements();
    }

    /** To be called when all spaces are known. */
    void close() {
      boolean plain =
          spaces.values().stream()
              .allMatch(s -> s.gone.length == 1 || Positions.soleAxis(s.sizes) >= 0);
      cells = plain ? Optional.empty() : Optional.of(new Cells(tensor.size(0), tensor.size(1)));
    }

    void set(Space space, int position, boolean removed) {
      if (space.set(position, removed) && cells.isPresent()) {
        cells.get().set(space, position, removed);
      }
    }

    /** Elements that stay. */
    long elements() {
      if (cells.isPresent()) {
        return cells.get().kept * (tensor.elements() / cells.get().takers.length);
      }
      long elements = tensor.elements();
      for (Space space : spaces.values()) {
        elements = elements / space.gone.length * space.kept;
      }
      return elements;
    }
  }

  /**
   * The cells of axes 0 and 1 of a weight; one that several spaces take is gone until all let go.
   */
  private static final class Cells {
    final byte[] takers;
    final int rows;
    final int columns;
    long kept;

    Cells(int rows, int columns) {
      this.rows = rows;
      this.columns = columns;
      this.takers = new byte[rows * columns];
      this.kept = takers.length;
    }

    void set(Space space, int position, boolean removed) {
      boolean byRow = space.sizes.getFirst() > 1;
      boolean byColumn = space.sizes.get(1) > 1;
      int row = byRow && byColumn ? position / columns : position;
      int firstRow = byRow ? row : 0;
      int lastRow = byRow ? row : rows - 1;
      int firstColumn = byColumn ? position % columns : 0;
      int lastColumn = byColumn ? position % columns : columns - 1;
      for (int r = firstRow; r <= lastRow; r++) {
        for (int c = firstColumn; c <= lastColumn; c++) {
          take(r * columns + c, removed);
        }
      }
    }

    private void take(int cell, boolean removed) {
      kept -= removed && takers[cell] == 0 ? 1 : 0;
      takers[cell] += (byte) (removed ? 1 : -1);
      kept += !removed && takers[cell] == 0 ? 1 : 0;
    }
  }

  /** The part of a unit in one space, of a weight or (weight null) of a value. */
  private record Touch(Weight weight, Space space, int[] positions) {}

  private final List<List<List<Touch>>> touches = new ArrayList<>();
  private final Map<Integer, BitSet> removed = new HashMap<>();
  private final long originalMacs;
  private final long originalParams;
  private final long originalUnits;
  private final double floor;
  private long macs;
  private long params;
  private long units;

  /**
   * @param floor share of the channels of each layer that must stay, besides the one that always
   *     must
   */
  WidthCost(Graph graph, ChannelMap map, double floor) {
    this(graph, map, List.of(), floor);
  }

  /**
   * @param inputs inputs of layers that may go while what is read stays whole, as groups that go on
   *     where the numbers of {@code map}'s end; the units that are read must not go themselves
   * @param floor as above
   */
  WidthCost(Graph graph, ChannelMap map, List<ChannelGroup> inputs, double floor) {
    Cost cost = Cost.of(graph);
    this.floor = floor;
    originalMacs = cost.macs();
    originalParams = cost.params();
    originalUnits = map.units() + inputs.stream().mapToInt(ChannelGroup::units).sum();
    macs = originalMacs;
    params = originalParams;
    units = originalUnits;
    Map<String, Weight> weights = new HashMap<>();
    Map<String, Space> values = new HashMap<>();
    for (ChannelGroup group : map.groups()) {
      touches.add(touches(graph, group, weights, values));
    }
    for (ChannelGroup group : inputs) {
      touches.add(touches(graph, group, weights, values));
    }
    weights.values().forEach(Weight::close);
    for (NodeCost node : cost.nodes()) {
      Weight weight = node.counts() ? weights.get(weightOf(graph, map, node.node())) : null;
      if (weight != null) {
        weight.macsPerElement += node.macs() / weight.tensor.elements();
      }
    }
  }

  /** The initializer behind a layer's weight: itself, or what a quantised weight is made of. */
  private static String weightOf(Graph graph, ChannelMap map, Node node) {
    if (graph.initializers().containsKey(node.input(1))) {
      return node.input(1);
    }
    return map.groups().stream()
        .flatMap(group -> group.members().stream())
        .filter(member -> member.node().equals(node.name()) && member.space().size() > 1)
        .map(Member::initializer)
        .findFirst()
        .orElse(node.input(1));
  }

  private static List<List<Touch>> touches(
      Graph graph, ChannelGroup group, Map<String, Weight> weights, Map<String, Space> values) {
    List<List<Touch>> byUnit = new ArrayList<>();
    for (int unit = 0; unit < group.units(); unit++) {
      byUnit.add(new ArrayList<>());
    }
    for (Member member : group.members()) {
      boolean trainable = member.role() != Role.MEAN && member.role() != Role.VARIANCE;
      Weight weight =
          weights.computeIfAbsent(
              member.initializer(),
              name ->
                  new Weight(graph.weight(name), trainable && graph.weight(name).type().isReal()));
      Space space = weight.spaces.computeIfAbsent(member.space(), Space::new);
      for (int unit = 0; unit < group.units(); unit++) {
        int[] positions = member.positions(unit);
        if (positions.length > 0) {
          byUnit.get(unit).add(new Touch(weight, space, positions));
        }
      }
    }
    for (Passage passage : group.passages()) {
      Space space = values.computeIfAbsent(passage.value(), v -> new Space(passage.space()));
      for (int unit = 0; unit < group.units(); unit++) {
        int[] positions = passage.positions(unit);
        if (positions.length > 0) {
          byUnit.get(unit).add(new Touch(null, space, positions));
        }
      }
    }
    return byUnit;
  }

  long original(Budget.Quantity quantity) {
    return switch (quantity) {
      case MACS -> originalMacs;
      case PARAMS -> originalParams;
      case UNITS -> originalUnits;
    };
  }

  long current(Budget.Quantity quantity) {
    return switch (quantity) {
      case MACS -> macs;
      case PARAMS -> params;
      case UNITS -> units;
    };
  }

  /** The units that are out, by group index. */
  Map<Integer, BitSet> removed() {
    Map<Integer, BitSet> copy = new HashMap<>();
    removed.forEach((group, bits) -> copy.put(group, (BitSet) bits.clone()));
    return copy;
  }

  boolean isRemoved(int group, int unit) {
    return removed.getOrDefault(group, new BitSet()).get(unit);
  }

  /** Takes units of {@code group} out, unless a layer would fall below its floor; false if so. */
  boolean remove(int group, int... which) {
    set(group, which, true);
    for (int unit : which) {
      for (Touch touch : touches.get(group).get(unit)) {
        int least = (int) Math.max(1, Math.ceil(floor * touch.space.gone.length));
        if (touch.space.kept < least) {
          set(group, which, false);
          return false;
        }
      }
    }
    return true;
  }

  /** Puts units back. */
  void restore(int group, int... which) {
    set(group, which, false);
  }

  private void set(int group, int[] which, boolean gone) {
    BitSet bits = removed.computeIfAbsent(group, key -> new BitSet());
    for (int unit : which) {
      if (bits.get(unit) != gone) {
        bits.set(unit, gone);
        units += gone ? -1 : 1;
        touches.get(group).get(unit).forEach(touch -> set(touch, gone));
      }
    }
  }

  private void set(Touch touch, boolean gone) {
    for (int position : touch.positions) {
      if (touch.weight == null) {
        touch.space.set(position, gone);
      } else {
        touch.weight.set(touch.space, position, gone);
      }
    }
    if (touch.weight != null) {
      recount(touch.weight);
    }
  }

  private void recount(Weight weight) {
    long now = weight.elements();
    macs += (now - weight.kept) * weight.macsPerElement;
    params += weight.counts ? now - weight.kept : 0;
    weight.kept = now;
  }
}
