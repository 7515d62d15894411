package io.espalier.method.reconstruct;

import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import io.espalier.torch.Sgd;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Selects inputs of layers greedily: those first whose kernels have the largest gradient of the
 * loss. At first nothing is selected.
 */
final class Selection {
  private static final double MOMENTUM = 0.9;
  private static final double WEIGHT_DECAY = 1e-4;

  /**
   * What all images say.
   *
   * @param loss the mean loss
   * @param scores one a candidate: the norms of the gradients of its kernels, added up
   */
  record Look(double loss, double[] scores) {}

  /**
   * How a selection grew.
   *
   * @param order the earlier a candidate was selected, the larger; 0 if it was not
   * @param lossOfNone the loss before anything was selected
   * @param loss the loss at the end
   * @param rounds how often candidates were added
   */
  record Growth(double[] order, double lossOfNone, double loss, int rounds) {}

  private final FeatureLoss loss;
  private final List<Consumer> consumers;
  private final int candidates;
  private final DcpOptions options;
  private final Map<String, DeviceTensor> weights = new LinkedHashMap<>();
  private final BitSet selected = new BitSet();

  /**
   * @param loss that of {@code consumers}
   * @param candidates number of candidates of all consumers
   */
  Selection(FeatureLoss loss, List<Consumer> consumers, int candidates, DcpOptions options) {
    this.loss = loss;
    this.consumers = List.copyOf(consumers);
    this.candidates = candidates;
    this.options = options;
    consumers.forEach(c -> weights.put(c.site().layer().weight(), c.weight()));
  }

  /**
   * Selects candidates round by round, and trains after each.
   *
   * @param least how many must be selected before a small gain can end it
   * @param most how many are selected at most
   * @param after is told after each round how many were added
   */
  Growth grow(int least, int most, IntConsumer after) {
    double[] order = new double[candidates];
    Look look = look();
    double lossOfNone = look.loss();
    double gain = Double.POSITIVE_INFINITY;
    int rounds = 0;
    while (selected.cardinality() < most
        && (selected.cardinality() < least || gain > options.tolerance())) {
      BitSet more = best(look, Math.min(options.channels(), most - selected.cardinality()));
      double rank = candidates - rounds++;
      more.stream().forEach(candidate -> order[candidate] = rank);
      BitSet wanted = selected();
      wanted.or(more);
      select(wanted);
      train();
      double before = look.loss();
      look = look();
      gain = (before - look.loss()) / before;
      after.accept(more.cardinality());
    }
    return new Growth(order, lossOfNone, look.loss(), rounds);
  }

  /** The loss with the weights of before, all candidates selected; none is when it returns. */
  double lossOfAll() {
    BitSet all = new BitSet();
    all.set(0, candidates);
    select(all);
    double whole = look().loss();
    select(new BitSet());
    return whole;
  }

  /** Passes over all images without changing anything. */
  Look look() {
    try (Scope scope = Scope.open()) {
      List<DeviceTensor> leaves = List.copyOf(weights.values());
      List<DeviceTensor> sums = leaves.stream().map(leaf -> leaf.fullLike(0)).toList();
      double sum = 0;
      for (FeatureLoss.Images batch : loss.batches()) {
        sum += batch.share() * add(batch, leaves, sums);
      }
      double[] scores = new double[candidates];
      for (int i = 0; i < sums.size(); i++) {
        consumers.get(i).addNorms(sums.get(i), scores);
      }
      return new Look(sum, scores);
    }
  }

  private double add(FeatureLoss.Images batch, List<DeviceTensor> leaves, List<DeviceTensor> sums) {
    try (Scope scope = Scope.open()) {
      DeviceTensor value = loss.of(batch);
      List<DeviceTensor> slopes = DeviceTensor.gradients(value, leaves);
      for (int i = 0; i < sums.size(); i++) {
        sums.get(i).addInPlace(slopes.get(i), batch.share());
      }
      return value.item();
    }
  }

  /** The {@code count} candidates with the largest scores that are not selected. */
  BitSet best(Look look, int count) {
    BitSet best = new BitSet();
    IntStream.range(0, candidates)
        .filter(candidate -> !selected.get(candidate))
        .boxed()
        .sorted(Comparator.comparingDouble(candidate -> -look.scores()[candidate]))
        .limit(count)
        .forEach(best::set);
    return best;
  }

  /** The candidates that are selected. */
  BitSet selected() {
    return (BitSet) selected.clone();
  }

  /** Selects and drops candidates until {@code wanted} are selected. */
  void select(BitSet wanted) {
    BitSet more = (BitSet) wanted.clone();
    more.andNot(selected);
    BitSet fewer = selected();
    fewer.andNot(wanted);
    for (Consumer consumer : consumers) {
      consumer.select(more);
      consumer.drop(fewer);
    }
    selected.or(more);
    selected.andNot(fewer);
  }

  /** Trains the weights of what is selected with every image once, from a standstill. */
  void train() {
    Sgd.Options descent = new Sgd.Options(MOMENTUM, true);
    try (Sgd sgd = new Sgd(weights, descent, name -> 0)) {
      for (FeatureLoss.Images batch : loss.batches()) {
        try (Scope scope = Scope.open()) {
          loss.of(batch).backward();
          consumers.forEach(consumer -> consumer.finishGradient(WEIGHT_DECAY));
          sgd.step(options.rate());
          sgd.zeroGrad();
        }
      }
    }
  }

  /** The weights of the consumers as they are now, by name. */
  Map<String, Tensor> weights() {
    Map<String, Tensor> results = new LinkedHashMap<>();
    consumers.forEach(c -> results.put(c.site().layer().weight(), c.result()));
    return results;
  }
}
