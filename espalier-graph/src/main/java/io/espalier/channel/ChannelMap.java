package io.espalier.channel;

import io.espalier.graph.Graph;
import io.espalier.graph.OneSample;
import io.espalier.graph.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The channels of a network: which can be removed, what must go with each, and why the rest stays.
 * Immutable.
 */
public final class ChannelMap {
  private final FlowState state;
  private final List<Shuffles.Shuffle> shuffles;
  private final Grouping grouping;

  private ChannelMap(FlowState state, List<Shuffles.Shuffle> shuffles, Grouping grouping) {
    this.state = state;
    this.shuffles = shuffles;
    this.grouping = grouping;
  }

  /** Analyses {@code graph}. */
  public static ChannelMap of(Graph graph) {
    FlowState state = ChannelFlow.walk(OneSample.of(graph));
    List<Shuffles.Shuffle> shuffles = Shuffles.find(state);
    return new ChannelMap(state, shuffles, Grouping.of(state));
  }

  /** The groups of removable units, in network order. */
  public List<ChannelGroup> groups() {
    return grouping.groups();
  }

  /** The group called {@code name}. */
  public Optional<ChannelGroup> group(String name) {
    return groups().stream().filter(group -> group.name().equals(name)).findFirst();
  }

  /** Number of units in all groups. */
  public int units() {
    return groups().stream().mapToInt(ChannelGroup::units).sum();
  }

  /** For each convolution and linear layer, in network order, how far it can shrink. */
  public List<LayerFreedom> layers() {
    Map<String, IdArray> outputs = new LinkedHashMap<>();
    Map<String, IdArray> inputs = new LinkedHashMap<>();
    for (Binding binding : state.bindings) {
      if (binding.role() == Role.OUTPUT) {
        outputs.put(binding.node(), binding.ids());
      }
    }
    state.readings.forEach(reading -> inputs.put(reading.node(), reading.ids()));
    List<LayerFreedom> layers = new ArrayList<>();
    outputs.forEach((node, ids) -> layers.add(freedom(node, ids, inputs.get(node))));
    state.frozenLayers.forEach(
        (node, reason) ->
            layers.add(
                new LayerFreedom(node, 0, 0, Optional.of(reason), 0, 0, Optional.of(reason))));
    return layers;
  }

  private LayerFreedom freedom(String node, IdArray out, IdArray in) {
    int[] inIds = in == null ? new int[0] : in.ids();
    return new LayerFreedom(
        node,
        out.ids().length,
        frozenCount(out.ids()),
        reason(out.ids()),
        inIds.length,
        frozenCount(inIds),
        reason(inIds));
  }

  private int frozenCount(int[] ids) {
    return (int) Arrays.stream(ids).filter(id -> state.identities.frozen(id).isPresent()).count();
  }

  private Optional<String> reason(int[] ids) {
    return Arrays.stream(ids)
        .mapToObj(state.identities::frozen)
        .flatMap(Optional::stream)
        .findFirst();
  }

  /**
   * What changes when units go.
   *
   * @param removed the units that go, by group index
   */
  public Changes changes(Map<Integer, BitSet> removed) {
    Kept kept = kept(removed);
    List<Changes.Slot> slots = new ArrayList<>();
    for (Binding binding : state.bindings) {
      int[] ids = binding.ids().ids();
      int[] gone = IntStream.range(0, ids.length).filter(i -> !kept.keeps(ids[i])).toArray();
      if (gone.length > 0) {
        slots.add(new Changes.Slot(binding.initializer(), space(binding.ids()), gone));
      }
    }
    Map<String, Op> operators = new LinkedHashMap<>();
    state.edits.forEach((node, edit) -> operators.put(node, edit.change().apply(kept)));
    state.graph.nodes().forEach(node -> operators.remove(node.name(), node.op()));
    return new Changes(slots, operators, permutations(kept));
  }

  /** The weight of a layer that reads channels along one of its axes. */
  public record InputColumns(String initializer, List<Integer> space, int channels) {}

  /**
   * Where {@code node} keeps the weights of its inputs; empty if they do not lie along one axis.
   */
  public Optional<InputColumns> inputColumns(String node) {
    return state.bindings.stream()
        .filter(binding -> binding.role() == Role.INPUT && binding.node().equals(node))
        .filter(binding -> binding.ids().varyingAxes().length == 1)
        .map(b -> new InputColumns(b.initializer(), space(b.ids()), b.ids().ids().length))
        .findFirst();
  }

  /**
   * What layers read as a group of its own, one unit a channel: what a selection in front of each
   * can leave out while the value that they read stays whole. Empty if the layers read different
   * numbers of channels, or if one's weights of its inputs do not lie along one axis.
   *
   * @param nodes the layers, at least one
   * @param index the number that the group gets; one after those of {@link #groups()}
   */
  public Optional<ChannelGroup> inputs(List<String> nodes, int index) {
    List<InputColumns> columns =
        nodes.stream().map(this::inputColumns).flatMap(Optional::stream).toList();
    boolean fit =
        columns.size() == nodes.size()
            && columns.stream().map(InputColumns::channels).distinct().count() == 1;
    return fit ? Optional.of(inputs(nodes, index, columns)) : Optional.empty();
  }

  private ChannelGroup inputs(List<String> nodes, int index, List<InputColumns> columns) {
    int channels = columns.getFirst().channels();
    int[][] each = IntStream.range(0, channels).mapToObj(i -> new int[] {i}).toArray(int[][]::new);
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      InputColumns of = columns.get(i);
      members.add(new Member(of.initializer(), Role.INPUT, nodes.get(i), of.space(), each));
    }
    List<Reader> readers =
        state.readings.stream()
            .filter(reading -> nodes.contains(reading.node()))
            .map(r -> new Reader(r.node(), r.input(), space(r.ids()), each))
            .toList();
    String name = nodes.getFirst() + " inputs";
    return new ChannelGroup(
        index, name, List.of(), channels, members, readers, List.of(), List.of());
  }

  private static List<Integer> space(IdArray ids) {
    return Arrays.stream(ids.sizes()).boxed().toList();
  }

  /**
   * The units that have a part at the given positions, by group index.
   *
   * @throws IllegalArgumentException if a position is not a channel that can be removed
   */
  public Map<Integer, BitSet> unitsAt(List<Changes.Slot> slots) {
    Map<String, Binding> bySpace = new LinkedHashMap<>();
    for (Binding b : state.bindings) {
      bySpace.put(b.initializer() + Arrays.toString(b.ids().sizes()), b);
    }
    Map<Integer, BitSet> units = new LinkedHashMap<>();
    for (Changes.Slot slot : slots) {
      Binding binding = bySpace.get(slot.initializer() + slot.space());
      for (int position : slot.removed()) {
        if (binding == null || position < 0 || position >= binding.ids().ids().length) {
          throw new IllegalArgumentException(
              "'%s' has no channel %d over %s"
                  .formatted(slot.initializer(), position, slot.space()));
        }
        int id = binding.ids().ids()[position];
        if (!grouping.mark(state.identities.find(id), units)) {
          throw new IllegalArgumentException(
              "channel %d of '%s' cannot be removed: %s"
                  .formatted(
                      position,
                      slot.initializer(),
                      state.identities.frozen(id).orElse("no layer makes it")));
        }
      }
    }
    return units;
  }

  /** Which units {@code value} carries; empty if it has no channels that are followed. */
  public Optional<Carriage> carriage(String value) {
    return state.ids(value).map(array -> carriage(value, array));
  }

  private Carriage carriage(String value, IdArray array) {
    int[] groups = new int[array.ids().length];
    int[] units = new int[groups.length];
    for (int i = 0; i < groups.length; i++) {
      Optional<Grouping.Place> place = grouping.place(state.identities.find(array.ids()[i]));
      groups[i] = place.map(Grouping.Place::group).orElse(-1);
      units[i] = place.map(Grouping.Place::unit).orElse(-1);
    }
    return new Carriage(value, space(array), groups, units);
  }

  /**
   * The units at positions of a value.
   *
   * @throws IllegalArgumentException if a position is not a channel that can be removed
   */
  public Map<Integer, BitSet> unitsOf(String value, int axis, List<Integer> positions) {
    IdArray array =
        state
            .ids(value)
            .filter(a -> axis < a.rank() && a.varyingAxes().length == 1 && a.varies(axis))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "value '%s' has no channels along axis %d".formatted(value, axis)));
    Map<Integer, BitSet> units = new LinkedHashMap<>();
    for (int position : positions) {
      int id = array.ids()[position];
      if (!grouping.mark(state.identities.find(id), units)) {
        throw new IllegalArgumentException(
            "channel %d of '%s' cannot be removed: %s"
                .formatted(
                    position, value, state.identities.frozen(id).orElse("no layer makes it")));
      }
    }
    return units;
  }

  private Kept kept(Map<Integer, BitSet> removed) {
    BitSet gone = new BitSet(state.identities.count());
    removed.forEach(
        (group, units) -> units.stream().forEach(u -> gone.set(grouping.root(group, u))));
    return id -> !gone.get(state.identities.find(id));
  }

  private List<Changes.Permutation> permutations(Kept kept) {
    List<Changes.Permutation> permutations = new ArrayList<>();
    for (Shuffles.Shuffle shuffle : shuffles) {
      int[] ids = state.ids(shuffle.entry()).orElseThrow().ids();
      int[] left = kept.positions(ids);
      if (left.length == ids.length) {
        continue;
      }
      int[] rank = new int[ids.length];
      for (int i = 0; i < left.length; i++) {
        rank[left[i]] = i;
      }
      List<Integer> indices =
          Arrays.stream(shuffle.from())
              .filter(i -> kept.keeps(ids[i]))
              .map(i -> rank[i])
              .boxed()
              .toList();
      permutations.add(
          new Changes.Permutation(shuffle.entry(), shuffle.exit(), shuffle.axis(), indices));
    }
    return permutations;
  }
}
