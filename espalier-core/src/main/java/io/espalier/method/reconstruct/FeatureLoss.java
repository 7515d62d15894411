package io.espalier.method.reconstruct;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.method.MethodException;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Losses;
import io.espalier.torch.Mode;
import io.espalier.torch.Taps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The loss {@code featureWeight * MSE(features, original features) + classWeight * CE(head)} of
 * layers whose weights are under work. What stands in front of the layers is computed once and kept
 * in the scope in which this is made.
 */
final class FeatureLoss implements AutoCloseable {
  private static final long MOST_BYTES = 1L << 33;

  /**
   * One batch of images.
   *
   * @param inputs where the segment begins
   * @param features what the layers make in the original network
   * @param labels classes of the images
   * @param share share of all images
   */
  record Images(
      Map<String, DeviceTensor> inputs,
      Map<String, DeviceTensor> features,
      DeviceTensor labels,
      double share) {}

  private final DcpOptions options;
  private final String head;
  private final Segment segment;
  private final List<String> features;
  private final List<Images> batches;
  private final Taps taps;

  /**
   * @param current the network as it is by now, with heads
   * @param original the network whose features are wanted, with heads
   * @param consumers the layers
   * @param head the classes that are to be told apart, {@code [N, classes]}
   */
  FeatureLoss(
      Graph current,
      Graph original,
      List<Consumer> consumers,
      String head,
      Batches images,
      DcpOptions options) {
    this.options = options;
    this.head = head;
    features = consumers.stream().map(consumer -> consumer.site().layer().output()).toList();
    Set<String> layers = new LinkedHashSet<>();
    Map<String, UnaryOperator<DeviceTensor>> functions = new HashMap<>();
    for (Consumer consumer : consumers) {
      layers.add(consumer.site().node());
      functions.put(consumer.site().layer().weight(), weight -> consumer.weight());
    }
    taps = Taps.of(functions);
    List<String> outputs = new ArrayList<>(features);
    outputs.add(head);
    segment = Segment.of(current, layers, outputs);
    requireRoom(current, images.dataset().size());
    batches = batches(current, original, images);
  }

  private void requireRoom(Graph graph, int images) {
    long bytes = 0;
    List<String> values = new ArrayList<>(segment.inputs());
    values.addAll(features);
    for (String value : values) {
      Shape shape = graph.shape(value).orElseThrow();
      long elements = 1;
      for (int axis = 1; axis < shape.rank(); axis++) {
        elements *= Math.max(1, shape.size(axis));
      }
      bytes += elements * Float.BYTES * images;
    }
    if (bytes > MOST_BYTES) {
      throw new MethodException(
          "dcp would hold %.1f GB of maps around '%s': give fewer images (--set images=%d)"
              .formatted(bytes / 1e9, features.getFirst(), images * MOST_BYTES / bytes));
    }
  }

  private List<Images> batches(Graph current, Graph original, Batches images) {
    String fed = current.inputs().getFirst().name();
    List<String> computed = segment.inputs().stream().filter(v -> !v.equals(fed)).toList();
    List<Images> made = new ArrayList<>();
    double all = images.dataset().size();
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
        made.add(new Images(inputs, then.run(x), labels, batch.count() / all));
      }
    }
    return List.copyOf(made);
  }

  /** All images. */
  List<Images> batches() {
    return batches;
  }

  /** The loss of {@code batch}, from which gradients flow to the weights of the consumers. */
  DeviceTensor of(Images batch) {
    Map<String, DeviceTensor> outputs =
        segment.net().forward(batch.inputs(), Mode.EVAL_GRADIENTS, taps);
    DeviceTensor loss =
        Losses.crossEntropy(outputs.get(head), batch.labels(), 0).mul(options.classWeight());
    for (String feature : features) {
      DeviceTensor difference =
          Losses.meanSquared(outputs.get(feature), batch.features().get(feature));
      loss = loss.add(difference.mul(options.featureWeight()));
    }
    return loss;
  }

  @Override
  public void close() {
    segment.close();
  }
}
