package io.espalier.method.reconstruct;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.MethodException;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Losses;
import io.espalier.torch.Mode;
import io.espalier.torch.Scope;
import io.espalier.torch.Sgd;
import io.espalier.torch.Taps;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Selects inputs of layers one after the other: those first whose kernels have the largest gradient
 * of {@code featureWeight * MSE(features, original features) + classWeight * CE(head)}. Lives in
 * the scope in which it is made.
 */
final class Selection implements AutoCloseable {
  private static final long MOST_BYTES = 1L << 33;
  private static final double MOMENTUM = 0.9;
  private static final double WEIGHT_DECAY = 1e-4;

  /** The images of one batch where the segment begins, and what is wanted of it. */
  private record Cached(
      Map<String, DeviceTensor> inputs,
      Map<String, DeviceTensor> features,
      DeviceTensor labels,
      double share) {}

  /**
   * What all images say.
   *
   * @param loss the mean loss
   * @param scores one a candidate: the norms of the gradients of its kernels, added up
   */
  record Look(double loss, double[] scores) {}

  private final DcpOptions options;
  private final List<Consumer> consumers;
  private final int candidates;
  private final String head;
  private final Segment segment;
  private final List<Cached> batches = new ArrayList<>();
  private final Taps taps;
  private final Map<String, DeviceTensor> weights = new LinkedHashMap<>();
  private final BitSet selected = new BitSet();

  /**
   * Nothing is selected yet.
   *
   * @param current the network as it is by now, with heads
   * @param original the network whose features are wanted, with heads
   * @param head the classes that are to be told apart, {@code [N, classes]}
   * @param candidates number of candidates of all consumers
   */
  Selection(
      Graph current,
      Graph original,
      List<Consumer> consumers,
      int candidates,
      String head,
      Batches images,
      DcpOptions options) {
    this.options = options;
    this.consumers = List.copyOf(consumers);
    this.candidates = candidates;
    this.head = head;
    List<String> features =
        consumers.stream().map(consumer -> consumer.site().layer().output()).toList();
    List<String> outputs = new ArrayList<>(features);
    outputs.add(head);
    LinkedHashMap<String, Consumer> layers = new LinkedHashMap<>();
    consumers.forEach(consumer -> layers.put(consumer.site().node(), consumer));
    this.segment = Segment.of(current, layers.keySet(), outputs);
    requireRoom(current, features, images.dataset().size());
    cache(current, original, features, images);
    Map<String, UnaryOperator<DeviceTensor>> functions = new HashMap<>();
    for (Consumer consumer : consumers) {
      weights.put(consumer.site().layer().weight(), consumer.weight());
      functions.put(consumer.site().layer().weight(), weight -> consumer.weight());
    }
    this.taps = Taps.of(functions);
  }

  private void requireRoom(Graph graph, List<String> features, int images) {
    long bytes = 0;
    List<String> values = new ArrayList<>(segment.inputs());
    values.addAll(features);
    for (String value : values) {
      long elements = 1;
      for (int axis = 1; axis < graph.shape(value).orElseThrow().rank(); axis++) {
        elements *= Math.max(1, graph.shape(value).orElseThrow().size(axis));
      }
      bytes += elements * Float.BYTES * images;
    }
    if (bytes > MOST_BYTES) {
      throw new MethodException(
          "dcp would hold %.1f GB of maps around '%s': give fewer images (--set images=%d)"
              .formatted(
                  bytes / 1e9,
                  consumers.getFirst().site().node(),
                  Math.max(1, images * MOST_BYTES / bytes)));
    }
  }

  private void cache(Graph current, Graph original, List<String> features, Batches images) {
    String fed = current.inputs().getFirst().name();
    List<String> computed = segment.inputs().stream().filter(v -> !v.equals(fed)).toList();
    try (Prefix now = Prefix.of(current, computed);
        Prefix then = Prefix.of(original, features);
        BatchStream stream = images.all()) {
      while (stream.hasNext()) {
        Batch batch = stream.next();
        DeviceTensor x = DeviceTensor.of(batch.images(), batch.shape());
        Map<String, DeviceTensor> inputs = new HashMap<>(now.run(x));
        if (segment.inputs().contains(fed)) {
          inputs.put(fed, x);
        }
        DeviceTensor labels = DeviceTensor.of(batch.labels(), batch.count());
        batches.add(new Cached(inputs, then.run(x), labels, batch.count()));
      }
    }
    double all = batches.stream().mapToDouble(Cached::share).sum();
    batches.replaceAll(b -> new Cached(b.inputs(), b.features(), b.labels(), b.share() / all));
  }

  private DeviceTensor loss(Cached batch) {
    Map<String, DeviceTensor> outputs =
        segment.net().forward(batch.inputs(), Mode.EVAL_GRADIENTS, taps);
    DeviceTensor loss =
        Losses.crossEntropy(outputs.get(head), batch.labels(), 0).mul(options.classWeight());
    for (Consumer consumer : consumers) {
      String features = consumer.site().layer().output();
      DeviceTensor difference =
          Losses.meanSquared(outputs.get(features), batch.features().get(features));
      loss = loss.add(difference.mul(options.featureWeight()));
    }
    return loss;
  }

  /** Passes over all images without changing anything. */
  Look look() {
    try (Scope scope = Scope.open()) {
      List<DeviceTensor> leaves = List.copyOf(weights.values());
      List<DeviceTensor> sums = leaves.stream().map(weight -> weight.fullLike(0)).toList();
      double loss = 0;
      for (Cached batch : batches) {
        loss += batch.share() * add(batch, leaves, sums);
      }
      double[] scores = new double[candidates];
      for (int i = 0; i < sums.size(); i++) {
        consumers.get(i).addNorms(sums.get(i), scores);
      }
      return new Look(loss, scores);
    }
  }

  private double add(Cached batch, List<DeviceTensor> leaves, List<DeviceTensor> sums) {
    try (Scope scope = Scope.open()) {
      DeviceTensor loss = loss(batch);
      List<DeviceTensor> slopes = DeviceTensor.gradients(loss, leaves);
      for (int i = 0; i < sums.size(); i++) {
        sums.get(i).addInPlace(slopes.get(i), batch.share());
      }
      return loss.item();
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
      for (Cached batch : batches) {
        try (Scope scope = Scope.open()) {
          loss(batch).backward();
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

  @Override
  public void close() {
    segment.close();
  }
}
