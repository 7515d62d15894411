package io.espalier.channel;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the walk over a network has found so far, and the few moves that its rules are made of. */
final class FlowState {
  final Graph graph;
  final Identities identities = new Identities();
  final List<Binding> bindings = new ArrayList<>();
  private final Map<Slot, Binding> bySlot = new HashMap<>();
  private final Set<Use> bound = new HashSet<>();
  final List<Reading> readings = new ArrayList<>();
  final Map<String, Edit> edits = new LinkedHashMap<>();

  /** Values that carry some of the channels of another on. */
  final List<String> passages = new ArrayList<>();

  final List<RawBalance> balances = new ArrayList<>();
  final Map<String, String> frozenLayers = new LinkedHashMap<>();
  private final Map<String, IdArray> ids = new HashMap<>();
  private final Map<String, Node> producers;

  /** Values that are an initializer in another type. */
  private final Set<String> carried = new HashSet<>();

  /** One index space of an initializer. */
  private record Slot(String initializer, List<Integer> space) {}

  /** A node that says what the elements of an initializer belong to. */
  private record Use(String initializer, String node) {}

  /** Blocks of identities of which equally many must stay. */
  record RawBalance(String node, List<int[]> blocks) {}

  FlowState(Graph graph) {
    this.graph = graph;
    this.producers = graph.producers();
    for (Node node : graph.nodes()) {
      if (carriesConstant(node)) {
        carried.add(node.output());
      }
    }
  }

  /** The identities of {@code value}, if it carries any. */
  Optional<IdArray> ids(String value) {
    return Optional.ofNullable(ids.get(value));
  }

  void set(String value, IdArray array) {
    if (!value.isEmpty()) {
      ids.put(value, array);
    }
  }

  /** Hands the identities of {@code from} on to {@code to}. */
  void pass(String from, String to) {
    ids(from).ifPresent(array -> set(to, array));
  }

  int rank(String value) {
    return graph.shape(value).map(Shape::rank).orElse(-1);
  }

  /** The size of {@code value} along {@code axis}; -1 where it is not known. */
  int size(String value, int axis) {
    Optional<Shape> shape = graph.shape(value);
    if (shape.isEmpty() || shape.get().rank() <= axis) {
      return -1;
    }
    return (int) Math.min(Integer.MAX_VALUE, shape.get().size(axis));
  }

  /** True for an initializer and for what is computed from initializers alone by carrying them. */
  boolean isConstant(String value) {
    return graph.initializers().containsKey(value) || carried.contains(value);
  }

  private boolean carriesConstant(Node node) {
    boolean carries =
        switch (node.op()) {
          case Op.Dequantize d -> true;
          case Op.Quantize q -> true;
          case Op.Cast c -> true;
          case Op.Elementwise e -> e.kind() == Pointwise.IDENTITY;
          default -> false;
        };
    return carries && isConstant(node.input(0));
  }

  /**
   * One identity for each position along {@code axis}; identities that differ along another axis
   * too are tied, since the caller cannot tell them apart. Positions without identity get frozen
   * ones.
   */
  int[] along(String value, int axis, Node reader) {
    int size = size(value, axis);
    IdArray array = ids.get(value);
    if (array != null && axis < array.rank() && (array.varies(axis) || size == 1)) {
      return collapse(array, axis);
    }
    String reason =
        Optional.ofNullable(array)
            .flatMap(a -> identities.frozen(a.ids()[0]))
            .orElse("%s reads channels of '%s' that have no identity".formatted(at(reader), value));
    if (array != null) {
      identities.freeze(array.ids(), reason);
    }
    int[] fresh = identities.create(reader.name(), Math.max(size, 1));
    identities.freeze(fresh, reason);
    return fresh;
  }

  private int[] collapse(IdArray array, int axis) {
    IdArray result = array;
    for (int other = 0; other < array.rank(); other++) {
      if (other != axis && result.varies(other)) {
        IdArray first = result.select(other, 1, i -> 0);
        identities.unify(first.expand(other, result.sizes()[other]).ids(), result.ids());
        result = first;
      }
    }
    return result.ids();
  }

  /** New identities for the channels that {@code node} makes, along {@code axis} of its output. */
  int[] create(Node node, int axis, int size) {
    int[] fresh = identities.create(node.name(), size);
    set(node.output(), IdArray.along(Math.max(rank(node.output()), axis + 1), axis, fresh));
    return fresh;
  }

  /** Says that input {@code input} of {@code node} sums these channels out. */
  void read(Node node, int input, int axis, int[] channels) {
    int rank = Math.max(rank(node.input(input)), axis + 1);
    readings.add(new Reading(node.name(), input, IdArray.along(rank, axis, channels)));
  }

  void freeze(IdArray array, String reason) {
    identities.freeze(array.ids(), reason);
  }

  void freeze(String value, String reason) {
    ids(value).ifPresent(array -> freeze(array, reason));
  }

  /**
   * Freezes the identities of {@code value} that differ along {@code axis}; true if there are any.
   */
  boolean freezeAlong(String value, int axis, String reason) {
    Optional<IdArray> array = ids(value).filter(a -> axis < a.rank() && a.varies(axis));
    array.ifPresent(a -> freeze(a, reason));
    return array.isPresent();
  }

  /** Binds a vector, or another constant that varies along one axis. */
  void bind(String value, Role role, Node node, int axis, int[] channels) {
    int rank = rank(value);
    if (!value.isEmpty() && rank > axis) {
      bind(value, role, node, IdArray.along(rank, axis, channels));
    }
  }

  /**
   * Says which identities the elements of a constant belong to. Two users of one constant are tied.
   */
  void bind(String value, Role role, Node node, IdArray array) {
    Optional<Tensor> tensor = graph.initializer(value);
    if (tensor.isPresent()) {
      bindInitializer(value, tensor.get(), role, node, array);
      return;
    }
    Node producer = producers.get(value);
    if (producer == null || !isConstant(value)) {
      freeze(array, "%s takes '%s' from a computation".formatted(at(node), value));
      return;
    }
    bind(producer.input(0), role, node, array);
    int axis =
        switch (producer.op()) {
          case Op.Quantize q -> q.axis();
          case Op.Dequantize d -> d.axis();
          default -> -1;
        };
    bindQuantisation(producer, axis, node, array);
  }

  private void bindQuantisation(Node producer, int axis, Node node, IdArray array) {
    boolean perChannel = producer.inputs().size() > 1 && rank(producer.input(1)) == 1;
    if (perChannel && size(producer.input(1), 0) > 1 && array.varies(axis)) {
      int[] channels = collapse(array, axis);
      for (int input = 1; input < producer.inputs().size(); input++) {
        bind(producer.input(input), Role.OTHER, node, 0, channels);
      }
    }
  }

  private void bindInitializer(String value, Tensor tensor, Role role, Node node, IdArray array) {
    for (int axis = 0; axis < array.rank(); axis++) {
      if (array.varies(axis) && array.sizes()[axis] != tensor.size(axis)) {
        freeze(array, "%s broadcasts '%s'".formatted(at(node), value));
        return;
      }
    }
    bound.add(new Use(value, node.name()));
    Binding fresh = new Binding(value, role, node.name(), array);
    Binding earlier = bySlot.putIfAbsent(new Slot(value, space(array)), fresh);
    if (earlier == null) {
      bindings.add(fresh);
    } else {
      identities.unify(earlier.ids().ids(), array.ids());
    }
  }

  /**
   * Freezes what belongs to an initializer that is also read in a way that no rule follows: nothing
   * of it can go without changing what that reader gets.
   */
  void freezeSharedConstants() {
    Map<String, String> strangers = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (!isConstant(node.output())) {
        for (String read : Graph.reads(node)) {
          for (String source : sources(read)) {
            if (!bound.contains(new Use(source, node.name()))) {
              strangers.putIfAbsent(source, "%s reads '%s' too".formatted(at(node), source));
            }
          }
        }
      }
    }
    for (Port output : graph.outputs()) {
      String reason = "network output '%s' is a weight".formatted(output.name());
      sources(output.name()).forEach(source -> strangers.putIfAbsent(source, reason));
    }
    for (Binding binding : bindings) {
      String reason = strangers.get(binding.initializer());
      if (reason != null) {
        freeze(binding.ids(), reason);
      }
    }
  }

  /** The initializers behind a constant; none behind a computed value. */
  private List<String> sources(String value) {
    if (!isConstant(value)) {
      return List.of();
    }
    List<String> sources = new ArrayList<>();
    String each = value;
    while (!graph.initializers().containsKey(each)) {
      Node producer = producers.get(each);
      producer.inputs().stream().skip(1).filter(this::isConstant).forEach(sources::add);
      each = producer.input(0);
    }
    sources.add(each);
    return sources;
  }

  private static List<Integer> space(IdArray array) {
    return Arrays.stream(array.sizes()).boxed().toList();
  }

  /** Freezes what {@code node} reads and what it makes. */
  void freezeAround(Node node, String reason) {
    Graph.reads(node).forEach(input -> freeze(input, reason));
    freezeOutputs(node, reason);
  }

  /** Gives every output fresh identities that cannot be removed. */
  void freezeOutputs(Node node, String reason) {
    frozenLayers.put(node.name(), reason);
    for (String output : node.outputs()) {
      int size = rank(output) < 2 ? -1 : size(output, 1);
      if (size > 0) {
        int[] fresh = identities.create(node.name(), size);
        identities.freeze(fresh, reason);
        set(output, IdArray.along(rank(output), 1, fresh));
      }
    }
  }

  void edit(Node node, Edit.Change change) {
    edits.put(node.name(), new Edit(node.name(), change));
  }

  void balance(Node node, List<int[]> blocks) {
    balances.add(new RawBalance(node.name(), blocks));
  }

  /** How a message calls a node. */
  static String at(Node node) {
    return "%s '%s'".formatted(node.op().label(), node.name());
  }
}
