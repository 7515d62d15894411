package io.espalier.method.sparse.sss;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Reader;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.method.MethodException;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Taps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Where the factors of structures stand in a network: a channel's wherever a layer sums it out, a
 * block's at the end of its branch. A value that several nodes read gets a name of its own for each
 * gated reader, so that a residual stream that passes by is not multiplied.
 */
final class Gates {
  /** An input of a node. */
  private record Place(String node, int input) {}

  /**
   * The factors of a place.
   *
   * @param space sizes that broadcast over the value
   * @param layers for each factor that a position bears, the structure it is of, by position
   */
  private record Gate(long[] space, List<long[]> layers) {}

  private final Graph graph;
  private final Map<String, Gate> gates = new LinkedHashMap<>();
  private final int count;

  Gates(Graph plain, ChannelMap map, Structures structures) {
    this.count = structures.count();
    Map<Place, Gate> places = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      if (structures.all().get(i) instanceof Structure.Block block) {
        long[] space = new long[plain.shape(block.branch().value()).orElseThrow().rank()];
        Arrays.fill(space, 1);
        places.put(
            new Place(block.branch().node(), block.branch().input()),
            new Gate(space, List.of(new long[] {i})));
      }
    }
    List<int[][]> ofUnits =
        structures.kinds().stream()
            .filter(kind -> kind != Structure.Kind.BLOCK)
            .map(kind -> structures.bearers(map, kind))
            .toList();
    for (ChannelGroup group : map.groups()) {
      for (Reader reader : group.readers()) {
        addReader(places, group, reader, ofUnits);
      }
    }
    this.graph = opened(plain, places);
  }

  /** A place may read channels of several groups. */
  private void addReader(
      Map<Place, Gate> places, ChannelGroup group, Reader reader, List<int[][]> ofUnits) {
    boolean gated =
        ofUnits.stream()
            .anyMatch(units -> Arrays.stream(units[group.index()]).anyMatch(s -> s < count));
    if (!gated) {
      return;
    }
    Gate gate =
        places.computeIfAbsent(
            new Place(reader.node(), reader.input()), place -> clear(reader, ofUnits.size()));
    for (int unit = 0; unit < group.units(); unit++) {
      for (int position : reader.positions(unit)) {
        for (int layer = 0; layer < ofUnits.size(); layer++) {
          gate.layers().get(layer)[position] = ofUnits.get(layer)[group.index()][unit];
        }
      }
    }
  }

  private Gate clear(Reader reader, int layers) {
    long[] space = reader.space().stream().mapToLong(Integer::longValue).toArray();
    if (space[0] != 1) {
      throw new MethodException(
          "node '%s' reads channels along its first axis, which is that of the samples"
              .formatted(reader.node()));
    }
    List<long[]> none = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      long[] positions = new long[(int) Arrays.stream(space).reduce(1, Math::multiplyExact)];
      Arrays.fill(positions, count);
      none.add(positions);
    }
    return new Gate(space, none);
  }

  private Graph opened(Graph plain, Map<Place, Gate> places) {
    GraphBuilder builder = GraphBuilder.from(plain);
    List<Node> nodes = new ArrayList<>();
    for (Node node : plain.nodes()) {
      List<String> inputs = new ArrayList<>(node.inputs());
      for (int input = 0; input < inputs.size(); input++) {
        Gate gate = places.get(new Place(node.name(), input));
        if (gate != null) {
          String value = builder.fresh(node.name() + "/gated");
          Op same = new Op.Elementwise(Pointwise.IDENTITY);
          nodes.add(new Node(value, same, List.of(inputs.get(input)), List.of(value)));
          inputs.set(input, value);
          gates.put(value, gate);
        }
      }
      nodes.add(node.withInputs(inputs));
    }
    return builder.replaceNodes(nodes).build();
  }

  /** The network with names for the gated inputs; its weights are those of the plain one. */
  Graph graph() {
    return graph;
  }

  /** Taps of {@link #graph()} that multiply by fixed factors. */
  Taps taps(double[] factors) {
    Map<String, UnaryOperator<DeviceTensor>> functions = new HashMap<>();
    gates.forEach(
        (value, gate) -> {
          float[] product = product(gate, factors);
          functions.put(value, x -> x.mul(DeviceTensor.of(product, gate.space()).to(x.type())));
        });
    return Taps.of(functions);
  }

  private static float[] product(Gate gate, double[] factors) {
    float[] product = new float[gate.layers().getFirst().length];
    for (int position = 0; position < product.length; position++) {
      double all = 1;
      for (long[] layer : gate.layers()) {
        int structure = Math.toIntExact(layer[position]);
        all *= structure < factors.length ? factors[structure] : 1;
      }
      product[position] = (float) all;
    }
    return product;
  }

  /**
   * Taps of {@link #graph()} that multiply by {@code factors}, {@code [structures]}, through which
   * gradients flow; for one pass, in the scope that is open.
   */
  Taps taps(DeviceTensor factors) {
    DeviceTensor padded = DeviceTensor.cat(List.of(factors, DeviceTensor.ones(1)), 0);
    Map<String, UnaryOperator<DeviceTensor>> functions = new HashMap<>();
    gates.forEach(
        (value, gate) -> functions.put(value, x -> x.mul(spread(padded, gate).to(x.type()))));
    return Taps.of(functions);
  }

  private static DeviceTensor spread(DeviceTensor padded, Gate gate) {
    return gate.layers().stream()
        .map(layer -> padded.indexSelect(0, layer))
        .reduce(DeviceTensor::mul)
        .orElseThrow()
        .reshape(gate.space());
  }
}
