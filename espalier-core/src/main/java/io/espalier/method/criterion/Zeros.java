package io.espalier.method.criterion;

import io.espalier.channel.Carriage;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.data.Dataset;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.method.ImagePass;
import io.espalier.method.Workbench;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Taps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * How often the activations of each unit are exactly zero, counted where an activation makes them,
 * before any pooling.
 *
 * @param counts by group and unit
 * @param totals how many activations there were
 */
record Zeros(List<long[]> counts, List<long[]> totals) {

  /** Counts over all of {@code images}. */
  static Zeros count(Workbench bench, Dataset images) {
    Zeros zeros = new Zeros(empty(bench.channels()), empty(bench.channels()));
    Map<String, UnaryOperator<DeviceTensor>> taps = new HashMap<>();
    for (Carriage site : sites(bench.graph(), bench.channels())) {
      taps.put(site.value(), x -> zeros.add(site, x));
    }
    if (!taps.isEmpty()) {
      int batch = bench.evaluation().batchSize();
      ImagePass.over(bench, images, batch, "counting zeros", pass -> pass.look(Taps.of(taps)));
    }
    return zeros;
  }

  private static List<long[]> empty(ChannelMap map) {
    return map.groups().stream().map(group -> new long[group.units()]).toList();
  }

  /** The values behind activations that carry units. */
  static List<Carriage> sites(Graph graph, ChannelMap map) {
    List<Carriage> sites = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (makesZeros(node.op())) {
        map.carriage(node.output()).filter(c -> !c.groups().isEmpty()).ifPresent(sites::add);
      }
    }
    return sites;
  }

  /** Whether an operator turns a range of inputs into exact zeros. */
  private static boolean makesZeros(Op op) {
    return op instanceof Op.Elementwise e
        && switch (e.kind()) {
          case RELU, THRESHOLDED_RELU, HARD_SWISH -> true;
          case CLIP -> e.parameters().getFirst() == 0;
          default -> false;
        };
  }

  /** Counts, and hands on what it was given. */
  private DeviceTensor add(Carriage site, DeviceTensor x) {
    long[] shape = x.shape();
    long[] summed =
        IntStream.range(0, shape.length)
            .filter(axis -> axis == 0 || site.space().get(axis) == 1)
            .mapToLong(axis -> axis)
            .toArray();
    long[] found = x.equal(x.fullLike(0)).to(DataType.INT64).sum(false, summed).toLongs();
    for (int i = 0; i < site.size(); i++) {
      if (site.group(i) >= 0) {
        counts.get(site.group(i))[site.unit(i)] += found[i];
        totals.get(site.group(i))[site.unit(i)] += x.elements() / site.size();
      }
    }
    return x;
  }

  /**
   * The average percentage of zeros of each unit of {@code group}, 0 to 1; empty if no activation
   * carries one of them.
   */
  Optional<double[]> shares(ChannelGroup group) {
    long[] count = counts.get(group.index());
    long[] total = totals.get(group.index());
    if (Arrays.stream(total).anyMatch(n -> n == 0)) {
      return Optional.empty();
    }
    double[] shares = new double[count.length];
    Arrays.setAll(shares, unit -> (double) count[unit] / total[unit]);
    return Optional.of(shares);
  }
}
