package io.espalier.method.criterion;

import io.espalier.channel.ChannelGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The rule of Network Trimming: in each layer, the units go whose share of zeros lies more than
 * {@code k} standard deviations above the layer's mean.
 *
 * @param k number of standard deviations
 * @param layers how many layers are trimmed, those with the most zeros first; 0 for all
 */
record ZeroRule(double k, int layers) {

  /** A layer as the rule sees it. */
  record Layer(ChannelGroup group, double[] shares, double mean, double deviation) {
    static Optional<Layer> of(Zeros zeros, ChannelGroup group) {
      return zeros.shares(group).map(shares -> of(group, shares));
    }

    static Layer of(ChannelGroup group, double[] shares) {
      double mean = Arrays.stream(shares).average().orElse(0);
      double variance = Arrays.stream(shares).map(x -> (x - mean) * (x - mean)).average().orElse(0);
      return new Layer(group, shares, mean, Math.sqrt(variance));
    }

    /** How many units have a share above {@code share}. */
    int above(double share) {
      return (int) Arrays.stream(shares).filter(x -> x > share).count();
    }
  }

  /** The units that go, by group index. */
  Map<Integer, BitSet> chosen(List<Layer> all) {
    Map<Integer, BitSet> chosen = new HashMap<>();
    for (Layer layer : trimmed(all)) {
      double limit = layer.mean() + k * layer.deviation();
      BitSet units = new BitSet();
      IntStream.range(0, layer.shares().length)
          .filter(unit -> layer.shares()[unit] > limit)
          .forEach(units::set);
      chosen.put(layer.group().index(), units);
    }
    return chosen;
  }

  private List<Layer> trimmed(List<Layer> all) {
    if (layers == 0) {
      return all;
    }
    List<Layer> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingDouble(Layer::mean).reversed());
    return sorted.subList(0, Math.min(layers, sorted.size()));
  }

  /**
   * Which part of the units that {@code some} images choose, {@code others} choose too when they
   * choose as many of each layer, those with the most zeros; empty if none are chosen.
   */
  Optional<Double> overlap(List<Layer> some, List<Layer> others) {
    Map<Integer, BitSet> chosen = chosen(some);
    int all = 0;
    int both = 0;
    for (Layer layer : others) {
      BitSet first = chosen.getOrDefault(layer.group().index(), new BitSet());
      all += first.cardinality();
      both +=
          (int)
              IntStream.range(0, layer.shares().length)
                  .boxed()
                  .sorted(Comparator.comparingDouble(unit -> -layer.shares()[unit]))
                  .limit(first.cardinality())
                  .filter(first::get)
                  .count();
    }
    return all == 0 ? Optional.empty() : Optional.of((double) both / all);
  }
}
