package io.espalier.method.reconstruct;

import io.espalier.cost.Cost;
import io.espalier.cost.NodeCost;
import io.espalier.data.Augmentation;
import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.data.LastBatch;
import io.espalier.data.Normalization;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * The images and output positions at which layers are compared, the same whenever they are asked
 * for: the first images of a seeded order, and for every ten of them and every layer some
 * positions, drawn with replacement, which these images share. A layer with no more positions than
 * that is compared at all of them.
 *
 * @param data where the images come from
 * @param normalization what they are fed as
 * @param images how many, at most
 * @param positions how many in each image
 * @param seed of the order and the positions
 */
record Samples(Dataset data, Normalization normalization, int images, int positions, long seed) {
  private static final int SHARING = 10;
  private static final int BATCH = 100;

  /** Activations of one value for one batch take at most this many bytes, or for ten images. */
  private static final long MOST_BYTES = 1L << 28;

  Samples {
    if (images < 1 || positions < 1) {
      throw new IllegalArgumentException(
          "images and positions must be 1 or more, but got %d and %d".formatted(images, positions));
    }
  }

  /** Follows a long pass over images. */
  interface Watch {
    /** Nobody watches. */
    Watch NONE = images -> {};

    /** Called after {@code images} more images. */
    void after(int images);

    /** Called before each batch; may end the pass by throwing. */
    default void before() {}
  }

  /** Where rows go. */
  interface Sink {
    /**
     * Takes rows, which live as long as the call.
     *
     * @param inputs patches {@code [rows, d]}
     * @param targets outputs without the bias {@code [rows, n]}
     */
    void accept(DeviceTensor inputs, DeviceTensor targets);
  }

  /**
   * What one layer reads now, beside what it should make.
   *
   * @param current the network in which the layer reads
   * @param original the network whose outputs are wanted; it has a node of the same name
   * @param shortcut what the layer makes up for besides; empty for nothing
   * @param watch is told of every batch
   */
  void rows(
      Graph current,
      Graph original,
      String node,
      Optional<Compensation> shortcut,
      Watch watch,
      Sink sink) {
    LinearLayer reads = layer(current, node);
    LinearLayer wanted = layer(original, node);
    List<String> side = shortcut.map(Compensation::value).stream().toList();
    List<String> read = join(List.of(reads.input()), side);
    List<String> made = join(List.of(wanted.output()), side);
    boolean same = current == original;
    int size = batchSize(original);
    try (Prefix now = Prefix.of(current, same ? join(read, made) : read);
        Prefix then = same ? now : Prefix.of(original, made);
        BatchStream stream = stream(size, original)) {
      while (stream.hasNext() && stream.nextStep() * size < images) {
        watch.before();
        int first = stream.nextStep() * size;
        Batch batch = stream.next();
        try (Scope scope = Scope.open()) {
          int count = Math.min(batch.count(), images - first);
          DeviceTensor x = DeviceTensor.of(batch.images(), batch.shape());
          Map<String, DeviceTensor> values = now.run(x);
          Map<String, DeviceTensor> targets = same ? values : then.run(x);
          Row row = new Row(reads, original, wanted, shortcut, values, targets);
          row.feed(first, count, this, sink);
          watch.after(count);
        }
      }
    }
  }

  private static LinearLayer layer(Graph graph, String node) {
    return graph
        .node(node)
        .flatMap(found -> LinearLayer.of(graph, found))
        .orElseThrow(() -> new IllegalArgumentException("'" + node + "' is no linear layer"));
  }

  private static List<String> join(List<String> values, List<String> more) {
    Set<String> all = new LinkedHashSet<>(values);
    all.addAll(more);
    return List.copyOf(all);
  }

  /** How many images to run at once: as many as the network asks for, if it does. */
  private static int batchSize(Graph graph) {
    Dim batch = graph.inputs().getFirst().type().shape().dim(0);
    if (batch.isFixed()) {
      return Math.toIntExact(batch.size());
    }
    long most =
        Cost.of(graph).nodes().stream().mapToLong(NodeCost::activationBytes).max().orElse(1);
    return SHARING * Math.clamp(MOST_BYTES / SHARING / Math.max(1, most), 1, BATCH / SHARING);
  }

  private BatchStream stream(int size, Graph graph) {
    boolean fixed = graph.inputs().getFirst().type().shape().dim(0).isFixed();
    return Batches.training(data, normalization, Augmentation.NONE, size, seed)
        .withLastBatch(fixed ? LastBatch.DROP : LastBatch.KEEP)
        .epoch(0, 0);
  }

  /** The positions of {@code node} that the images from number {@code first} on share. */
  private long[] positions(String node, int first, long count) {
    if (count <= positions) {
      return LongStream.range(0, count).toArray();
    }
    long stream = seed * 0x9E3779B97F4A7C15L + 31L * node.hashCode() + first / SHARING;
    SplittableRandom random = new SplittableRandom(stream);
    return random.longs(positions, 0, count).toArray();
  }

  /** The values of one batch. */
  private record Row(
      LinearLayer reads,
      Graph original,
      LinearLayer wanted,
      Optional<Compensation> shortcut,
      Map<String, DeviceTensor> now,
      Map<String, DeviceTensor> then) {
    void feed(int first, int count, Samples samples, Sink sink) {
      List<DeviceTensor> inputs = new ArrayList<>();
      List<DeviceTensor> targets = new ArrayList<>();
      long places = wanted.patches().count(then.get(wanted.output()).shape());
      for (int start = 0; start < count; start += SHARING) {
        int images = Math.min(SHARING, count - start);
        long[] at = samples.positions(reads.node(), first + start, places);
        inputs.add(reads.patches().inputs(part(now, reads.input(), start, images), at));
        targets.add(target(start, images, at));
      }
      sink.accept(DeviceTensor.cat(inputs, 0), DeviceTensor.cat(targets, 0));
    }

    private DeviceTensor target(int start, int images, long[] at) {
      Patches patches = wanted.patches();
      DeviceTensor y = patches.outputs(part(then, wanted.output(), start, images), at);
      if (wanted.bias().isPresent()) {
        y = y.sub(bias().reshape(1, y.size(1)));
      }
      if (shortcut.isPresent()) {
        Compensation c = shortcut.get();
        DeviceTensor before = patches.outputs(part(then, c.value(), start, images), at);
        DeviceTensor after = patches.outputs(part(now, c.value(), start, images), at);
        y = y.add(before.sub(after).mul(DeviceTensor.of(c.factors(), 1, c.factors().length)));
      }
      return y;
    }

    private DeviceTensor bias() {
      return DeviceTensor.of(original.weight(wanted.bias().orElseThrow())).to(DataType.FLOAT);
    }

    private static DeviceTensor part(
        Map<String, DeviceTensor> values, String name, int start, int images) {
      return values.get(name).narrow(0, start, images);
    }
  }
}
