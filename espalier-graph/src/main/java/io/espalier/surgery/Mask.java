package io.espalier.surgery;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Silences what a plan removes, in place: a multiplication by 0 or 1 on the values that consumers
 * read. No weight changes and nothing gets smaller; the result says what the cut network must
 * compute.
 */
public final class Mask {
  /** Where a mask stands: an input of a node. */
  private record Place(String node, int input) {}

  /** What is left of each position: {@code x * factor + offset}. */
  private record Veil(List<Integer> space, double[] factor, double[] offset) {
    static Veil clear(List<Integer> space) {
      int count = space.stream().reduce(1, Math::multiplyExact);
      double[] ones = new double[count];
      Arrays.fill(ones, 1);
      return new Veil(space, ones, new double[count]);
    }

    void remove(int position, double constant) {
      if (position < 0 || position >= factor.length) {
        throw new PlanException(
            "position %d is outside the index space %s".formatted(position, space));
      }
      factor[position] = 0;
      offset[position] = constant;
    }
  }

  private final Graph graph;
  private final Map<Place, Veil> places = new LinkedHashMap<>();
  private final Map<String, Veil> values = new LinkedHashMap<>();
  private final GraphBuilder builder;

  private Mask(Graph graph) {
    this.graph = graph;
    this.builder = new GraphBuilder(graph.name()).header(graph.header());
  }

  /**
   * {@code graph} with everything that {@code plan} removes silenced.
   *
   * @throws PlanException if the plan was made for another network
   */
  public static Graph apply(Graph graph, PruningPlan plan) {
    plan.requireMadeFor(graph);
    Mask mask = new Mask(graph);
    plan.entries().forEach(mask::collect);
    return mask.build();
  }

  private void collect(PlanEntry entry) {
    switch (entry) {
      case PlanEntry.Units units -> units.reads().forEach(this::silence);
      case PlanEntry.ConvolutionGroups groups -> groups.units().forEach(this::collect);
      case PlanEntry.Selection s -> {
        Veil veil =
            veilAt(new Place(s.node(), s.input()), along(inputOf(s), s.axis(), s.channels()));
        for (int i = 0; i < s.channels(); i++) {
          if (!s.keep().contains(i)) {
            veil.remove(i, 0);
          }
        }
      }
      case PlanEntry.Scatter s -> {
        List<Integer> space = along(s.value(), s.axis(), s.channels());
        Veil veil = values.computeIfAbsent(s.value(), key -> Veil.clear(space));
        s.removed().forEach(i -> veil.remove(i, 0));
      }
      case PlanEntry.Branch b -> {
        Place place = new Place(b.node(), b.input());
        String value = node(b.node()).input(b.input());
        if (b.constants().isEmpty()) {
          veilAt(place, along(value, 0, 1)).remove(0, 0);
        } else {
          Veil veil = veilAt(place, along(value, 1, b.constants().size()));
          for (int i = 0; i < b.constants().size(); i++) {
            veil.remove(i, b.constants().get(i));
          }
        }
      }
      case PlanEntry.WeightMask w -> {
        Tensor weight = graph.weight(w.initializer());
        List<Integer> space = Arrays.stream(weight.shape()).boxed().toList();
        Veil veil = values.computeIfAbsent(w.initializer(), key -> Veil.clear(space));
        w.bits().stream().forEach(i -> veil.remove(i, 0));
      }
    }
  }

  private String inputOf(PlanEntry.Selection s) {
    return node(s.node()).input(s.input());
  }

  private Node node(String name) {
    return graph
        .node(name)
        .orElseThrow(() -> new PlanException("the network has no node '" + name + "'"));
  }

  private List<Integer> along(String value, int axis, int channels) {
    int rank =
        graph
            .shape(value)
            .orElseThrow(() -> new PlanException("the network has no value '" + value + "'"))
            .rank();
    if (axis < 0 || axis >= rank) {
      throw new PlanException("value '%s' has no axis %d".formatted(value, axis));
    }
    Integer[] space = new Integer[rank];
    Arrays.fill(space, 1);
    space[axis] = channels;
    return List.of(space);
  }

  private void silence(PlanEntry.Read read) {
    Veil veil = veilAt(new Place(read.node(), read.input()), read.space());
    for (int i = 0; i < read.indices().size(); i++) {
      double constant = read.constants().isEmpty() ? 0 : read.constants().get(i);
      veil.remove(read.indices().get(i), constant);
    }
  }

  private Veil veilAt(Place place, List<Integer> space) {
    Veil veil = places.computeIfAbsent(place, key -> Veil.clear(space));
    if (!veil.space().equals(space)) {
      throw new PlanException(
          "node '%s' is masked over %s and over %s".formatted(place.node(), veil.space(), space));
    }
    return veil;
  }

  private Graph build() {
    graph.inputs().forEach(builder::input);
    graph.outputs().forEach(builder::output);
    graph.initializers().forEach(builder::initializer);
    graph.nodes().forEach(builder::reserve);
    Map<String, String> veiled = new LinkedHashMap<>();
    // What a node makes is veiled under its own name, so that a network output is veiled too.
    Map<String, String> bare = new LinkedHashMap<>();
    values.forEach(
        (value, veil) -> {
          if (graph.initializers().containsKey(value)) {
            veiled.put(value, veil(value, veil));
          } else {
            bare.put(value, builder.fresh("bare"));
            veil(bare.get(value), value, veil, value);
          }
        });
    for (Node node : graph.nodes()) {
      List<String> inputs = new ArrayList<>();
      for (int i = 0; i < node.inputs().size(); i++) {
        String input = veiled.getOrDefault(node.input(i), node.input(i));
        Veil veil = places.get(new Place(node.name(), i));
        inputs.add(veil == null ? input : veil(input, veil));
      }
      List<String> made =
          node.outputs().stream().map(value -> bare.getOrDefault(value, value)).toList();
      builder.add(node.withInputs(inputs).withOutputs(made));
    }
    return builder.build();
  }

  /** Adds the nodes that veil {@code value}; returns the name of the result. */
  private String veil(String value, Veil veil) {
    return veil(value, builder.fresh("masked"), veil, value);
  }

  /**
   * Adds the nodes that make {@code result} out of {@code bare}.
   *
   * @param typed a value of the type that both have
   */
  private String veil(String bare, String result, Veil veil, String typed) {
    DataType type = graph.type(typed).map(ValueType::type).orElse(DataType.FLOAT);
    int[] shape = veil.space().stream().mapToInt(i -> i).toArray();
    boolean shifts = Arrays.stream(veil.offset()).anyMatch(x -> x != 0);
    String factor =
        builder.initializer(builder.fresh("mask"), Tensor.of(type, shape, veil.factor()));
    String scaled = shifts ? builder.fresh("scaled") : result;
    add(scaled, Pointwise.MUL, bare, factor);
    if (shifts) {
      String offset =
          builder.initializer(builder.fresh("constant"), Tensor.of(type, shape, veil.offset()));
      add(result, Pointwise.ADD, scaled, offset);
    }
    return result;
  }

  private void add(String result, Pointwise kind, String a, String b) {
    Op op = new Op.Elementwise(kind);
    builder.add(new Node(builder.fresh(result + "/veil"), op, List.of(a, b), List.of(result)));
  }
}
