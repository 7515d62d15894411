package io.espalier.method.sparse;

import io.espalier.channel.ChannelMap;
import io.espalier.channel.Positions;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Tensor;
import io.espalier.surgery.PlanEntry;
import io.espalier.surgery.Plans;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Hands on what channels emit whose scale is zero: a constant, which their readers only add up. A
 * reader without padding gets it in its plan entry, and the cut folds it exactly. Behind a reader
 * that pads, the sum moves into the running means of the normalisation that follows, or into the
 * reader's bias, which is right everywhere but at the border.
 */
final class Absorption {
  private final Graph graph;
  private final ChannelMap map;
  private final Map<String, Probe.Range> emitted;
  private final Map<String, String> means = new HashMap<>();
  private final WeightEdits edits;
  private int folded;
  private int moved;
  private int dropped;

  /**
   * What came of it.
   *
   * @param graph the network, with constants in running means and biases
   * @param entries what goes, with constants where they can be folded
   * @param folded how many constants (one a channel and reader) the cut folds
   * @param moved how many went into running means and biases
   * @param dropped how many emissions could go nowhere, because nothing adds behind their reader or
   *     because they are no constants
   */
  record Result(Graph graph, List<PlanEntry> entries, int folded, int moved, int dropped) {}

  private Absorption(Graph graph, ChannelMap map, Map<String, Probe.Range> emitted) {
    this.graph = graph;
    this.map = map;
    this.edits = new WeightEdits(graph);
    this.emitted = emitted;
    map.groups().stream()
        .flatMap(group -> group.members().stream())
        .filter(member -> member.role() == Role.MEAN)
        .forEach(member -> means.put(member.node(), member.initializer()));
  }

  /**
   * Absorbs what {@code entries} remove.
   *
   * @param emitted ranges of the values that the removed channels are read from, by value, in a
   *     network in which their scales are zero
   */
  static Result of(
      Graph graph, ChannelMap map, List<PlanEntry> entries, Map<String, Probe.Range> emitted) {
    Absorption work = new Absorption(graph, map, emitted);
    List<PlanEntry> absorbed = new ArrayList<>();
    for (PlanEntry entry : entries) {
      absorbed.add(
          entry instanceof PlanEntry.Units units
              ? new PlanEntry.Units(
                  units.group(),
                  units.units(),
                  units.parts(),
                  units.reads().stream().map(work::absorb).toList())
              : entry);
    }
    return new Result(work.edits.applied(), absorbed, work.folded, work.moved, work.dropped);
  }

  /** The values that the removed channels of {@code entries} are read from, with their spaces. */
  static Map<String, List<Integer>> reads(Graph graph, List<PlanEntry> entries) {
    Map<String, List<Integer>> spaces = new HashMap<>();
    for (PlanEntry entry : entries) {
      if (entry instanceof PlanEntry.Units units) {
        units.reads().forEach(read -> spaces.put(value(graph, read), read.space()));
      }
    }
    return spaces;
  }

  private static String value(Graph graph, PlanEntry.Read read) {
    return graph.node(read.node()).orElseThrow().input(read.input());
  }

  private PlanEntry.Read absorb(PlanEntry.Read read) {
    double[] constants = constants(read);
    int count = (int) Arrays.stream(constants).filter(c -> c != 0).count();
    if (count > 0 && Plans.foldsConstants(graph, read.node())) {
      folded += count;
      return new PlanEntry.Read(
          read.node(),
          read.input(),
          read.space(),
          read.indices(),
          Arrays.stream(constants).boxed().toList());
    }
    if (count > 0 && move(read, constants)) {
      moved += count;
    } else {
      dropped += count;
    }
    return read;
  }

  private double[] constants(PlanEntry.Read read) {
    Probe.Range range = emitted.get(value(graph, read));
    double[] constants = new double[read.indices().size()];
    for (int i = 0; i < constants.length; i++) {
      int position = read.indices().get(i);
      if (range.isConstant(position)) {
        constants[i] = range.most()[position];
      } else {
        dropped++;
      }
    }
    return constants;
  }

  /** Moves the reader's sums to where something is added behind it; false if there is no place. */
  private boolean move(PlanEntry.Read read, double[] constants) {
    Optional<double[]> sums = sums(read, constants);
    if (sums.isEmpty()) {
      return false;
    }
    Node node = graph.node(read.node()).orElseThrow();
    Map<String, List<Node>> consumers = graph.consumers();
    if (node.inputs().size() > 2) {
      String bias = node.input(2);
      if (graph.initializer(bias).isEmpty() || consumers.get(bias).size() > 1) {
        return false;
      }
      add(bias, sums.get(), 1);
      return true;
    }
    List<String> behind =
        consumers.getOrDefault(node.output(), List.of()).stream().map(Node::name).toList();
    if (behind.isEmpty() || !means.keySet().containsAll(behind)) {
      return false;
    }
    behind.stream()
        .map(means::get)
        .collect(Collectors.toSet())
        .forEach(mean -> add(mean, sums.get(), -1));
    return true;
  }

  /** What the constants add to each output, all taps inside the image. */
  private Optional<double[]> sums(PlanEntry.Read read, double[] constants) {
    Optional<ChannelMap.InputColumns> columns = map.inputColumns(read.node());
    if (columns.isEmpty() || Positions.soleAxis(columns.get().space()) != 1) {
      return Optional.empty();
    }
    Tensor weight = graph.weight(columns.get().initializer());
    int outputs = weight.size(0);
    int inputs = weight.size(1);
    int taps = weight.elements() / (outputs * inputs);
    double[] values = weight.toDoubles();
    double[] sums = new double[outputs];
    for (int i = 0; i < constants.length; i++) {
      for (int output = 0; output < outputs; output++) {
        int first = (output * inputs + read.indices().get(i)) * taps;
        for (int tap = 0; tap < taps; tap++) {
          sums[output] += constants[i] * values[first + tap];
        }
      }
    }
    return Optional.of(sums);
  }

  private void add(String weight, double[] sums, double sign) {
    double[] values = edits.values(weight);
    for (int i = 0; i < values.length; i++) {
      values[i] += sign * sums[i];
    }
  }
}
