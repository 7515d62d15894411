package io.espalier.surgery;

import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Turns scores of single weights into masks: the least go until the budget is met. Nothing gets
 * smaller by that, so a budget limits what is not zero:
 *
 * <ul>
 *   <li>{@code params}: the network's parameters that are not masked, those without a score too;
 *   <li>{@code units}: the weights with a score that are not masked;
 *   <li>{@code macs}: the multiply-accumulates by a weight that is not masked.
 * </ul>
 *
 * Ratios are shares of a layer's weights, frozen layers keep all of theirs, the floor is a share of
 * a layer's weights that stays, and one always stays. Ranked uniformly, every layer loses the same
 * share. Among equal scores the first goes first.
 */
public final class WeightPlanner {
  private final PlanOptions options;
  private final List<Layer> layers = new ArrayList<>();

  /** The scores of one weight; infinite where an element is not to go by rank. */
  private static final class Layer {
    final String initializer;
    final List<String> nodes;
    final double[] order;
    final long macsEach;
    final BitSet zeros = new BitSet();

    Layer(String initializer, List<String> nodes, double[] scores, long macsEach) {
      this.initializer = initializer;
      this.nodes = nodes;
      this.order = scores.clone();
      this.macsEach = macsEach;
    }

    /** Elements that may go by rank and whose place in the order is below (or at) a limit. */
    long below(double limit, boolean inclusive) {
      long count = 0;
      for (double x : order) {
        count += x < limit || (inclusive && x == limit) ? 1 : 0;
      }
      return count;
    }
  }

  private WeightPlanner(Graph graph, Map<String, double[]> scores, PlanOptions options) {
    this.options = options;
    Map<String, List<String>> readers = new LinkedHashMap<>();
    Map<String, Long> macs = new LinkedHashMap<>();
    for (NodeCost cost : Cost.of(graph).nodes()) {
      Node node = cost.node();
      for (String input : node.inputs()) {
        if (scores.containsKey(input)) {
          readers.computeIfAbsent(input, name -> new ArrayList<>()).add(node.name());
          if (cost.counts() && graph.weight(input).rank() > 1) {
            macs.merge(input, cost.macs() / graph.weight(input).elements(), Long::sum);
          }
        }
      }
    }
    readers.forEach(
        (name, nodes) ->
            layers.add(
                new Layer(name, nodes, checked(graph, name, scores), macs.getOrDefault(name, 0L))));
  }

  private static double[] checked(Graph graph, String name, Map<String, double[]> scores) {
    double[] own = scores.get(name);
    if (own.length != graph.weight(name).elements()) {
      throw new IllegalArgumentException(
          "weight '%s' has %d elements, but got %d scores"
              .formatted(name, graph.weight(name).elements(), own.length));
    }
    for (double score : own) {
      if (Double.isNaN(score)) {
        throw new IllegalArgumentException("a score of '%s' is not a number".formatted(name));
      }
    }
    return own;
  }

  /**
   * The masks that meet {@code options}, one a weight that loses something.
   *
   * @param scores one number an element, row-major, by the name of the weight
   * @throws PlanException if the budget cannot be met, or a pattern matches no layer
   */
  public static List<PlanEntry> masks(
      Graph graph, Map<String, double[]> scores, PlanOptions options) {
    WeightPlanner planner = new WeightPlanner(graph, scores, options);
    planner.requireMatches();
    planner.layers.forEach(planner::settle);
    options.budget().ifPresent(budget -> planner.meet(graph, budget));
    List<PlanEntry> masks = new ArrayList<>();
    for (Layer layer : planner.layers) {
      if (!layer.zeros.isEmpty()) {
        masks.add(PlanEntry.WeightMask.of(layer.initializer, layer.zeros));
      }
    }
    return masks;
  }

  private void requireMatches() {
    List<String> patterns = new ArrayList<>(options.freeze());
    patterns.addAll(options.ratios().keySet());
    for (String pattern : patterns) {
      if (layers.stream().noneMatch(layer -> matches(layer, pattern))) {
        throw new PlanException(
            "'%s' matches no layer whose weights are ranked; there are %s"
                .formatted(pattern, layers.stream().map(layer -> layer.nodes.getFirst()).toList()));
      }
    }
  }

  private static boolean matches(Layer layer, String pattern) {
    return layer.nodes.stream().anyMatch(Glob.of(pattern)::matches);
  }

  /** Takes out what a ratio says, holds back what stays, and places the rest in the order. */
  private void settle(Layer layer) {
    int count = layer.order.length;
    int least = Math.max(1, (int) Math.ceil(options.floor() * count));
    boolean frozen = options.freeze().stream().anyMatch(pattern -> matches(layer, pattern));
    OptionalDouble ratio =
        options.ratios().entrySet().stream()
            .filter(entry -> matches(layer, entry.getKey()))
            .mapToDouble(Map.Entry::getValue)
            .max();
    if (frozen) {
      Arrays.fill(layer.order, Double.POSITIVE_INFINITY);
    } else if (ratio.isPresent()) {
      int gone = Math.min(count - least, (int) Math.floor(ratio.getAsDouble() * count + 1e-9));
      layer.zeros.or(smallest(layer.order, gone));
      Arrays.fill(layer.order, Double.POSITIVE_INFINITY);
    } else {
      BitSet movable = smallest(layer.order, count - least);
      double[] shares = options.ranking() == PlanOptions.Ranking.UNIFORM ? ranks(layer) : null;
      Arrays.setAll(
          layer.order,
          i ->
              !movable.get(i)
                  ? Double.POSITIVE_INFINITY
                  : shares == null ? layer.order[i] : shares[i]);
    }
  }

  /** The positions of the {@code count} smallest values; of equal ones the first. */
  private static BitSet smallest(double[] values, int count) {
    BitSet chosen = new BitSet();
    if (count <= 0) {
      return chosen;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double limit = sorted[count - 1];
    int ties = count;
    for (int i = 0; i < values.length; i++) {
      if (values[i] < limit) {
        chosen.set(i);
        ties--;
      }
    }
    for (int i = 0; i < values.length && ties > 0; i++) {
      if (values[i] == limit) {
        chosen.set(i);
        ties--;
      }
    }
    return chosen;
  }

  /** For each element the share of the layer that has a smaller score. */
  private static double[] ranks(Layer layer) {
    double[] sorted = layer.order.clone();
    Arrays.sort(sorted);
    double[] ranks = new double[sorted.length];
    Arrays.setAll(ranks, i -> (double) firstOf(sorted, layer.order[i]) / sorted.length);
    return ranks;
  }

  private static int firstOf(double[] sorted, double value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void meet(Graph graph, Budget.Counted budget) {
    long original = original(graph, budget.quantity());
    long limit = budget.limit(original);
    long now = original;
    for (Layer layer : layers) {
      now -= layer.zeros.cardinality() * each(layer, budget.quantity());
    }
    double[] sorted =
        layers.stream()
            .flatMapToDouble(layer -> Arrays.stream(layer.order))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    long least = now - saved(Double.POSITIVE_INFINITY, false, budget.quantity());
    if (least > limit) {
      throw new PlanException(
          "budget %s cannot be met: at least %.2f%% (%d of %d) of '%s' remains; ask for more, lower the floor or freeze less"
              .formatted(budget, 100.0 * least / original, least, original, graph.name()));
    }
    if (now > limit) {
      maskUpTo(threshold(sorted, now - limit, budget.quantity()), now, limit, budget.quantity());
    }
  }

  private static long each(Layer layer, Budget.Quantity quantity) {
    return quantity == Budget.Quantity.MACS ? layer.macsEach : 1;
  }

  private long original(Graph graph, Budget.Quantity quantity) {
    return switch (quantity) {
      case MACS -> Cost.of(graph).macs();
      case PARAMS -> Cost.of(graph).params();
      case UNITS -> layers.stream().mapToLong(layer -> layer.order.length).sum();
    };
  }

  /** What goes when everything below (or up to) {@code limit} goes. */
  private long saved(double limit, boolean inclusive, Budget.Quantity quantity) {
    return layers.stream()
        .mapToLong(layer -> layer.below(limit, inclusive) * each(layer, quantity))
        .sum();
  }

  /** The smallest of {@code sorted} up to which enough goes. */
  private double threshold(double[] sorted, long enough, Budget.Quantity quantity) {
    int low = 0;
    int high = sorted.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (saved(sorted[middle], true, quantity) >= enough) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return sorted[low];
  }

  /** Masks everything below {@code limit}, and of what is equal to it as much as is needed. */
  private void maskUpTo(double threshold, long before, long limit, Budget.Quantity quantity) {
    long now = before - saved(threshold, false, quantity);
    for (Layer layer : layers) {
      for (int i = 0; i < layer.order.length; i++) {
        if (layer.order[i] < threshold) {
          layer.zeros.set(i);
        } else if (layer.order[i] == threshold && now > limit) {
          layer.zeros.set(i);
          now -= each(layer, quantity);
        }
      }
    }
  }
}
