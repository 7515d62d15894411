package io.espalier.train;

import io.espalier.data.Batch;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.latency.OrtNet;
import io.espalier.latency.OrtOptions;
import io.espalier.onnx.OnnxWriter;
import io.espalier.torch.Precision;
import java.util.Arrays;
import java.util.Map;

/** A classifier in ONNX Runtime, by its first output. */
final class OrtClassifier implements Evaluator.Classifier {
  private final OrtNet net;
  private final String input;
  private final String output;
  private final int fixedBatch;

  private OrtClassifier(OrtNet net, Port input, String output) {
    this.net = net;
    this.input = input.name();
    this.output = output;
    this.fixedBatch = fixedBatch(input);
  }

  static OrtClassifier of(Graph graph, EvaluateOptions options) {
    if (options.precision() != Precision.FLOAT32) {
      throw new TrainException(
          "%s is run by ONNX Runtime, which computes in the types of the file: give no other precision"
              .formatted(graph.name()));
    }
    OrtOptions settings = OrtOptions.fast(options.threads());
    OrtNet net = OrtNet.load(OnnxWriter.toBytes(graph), graph.name(), settings);
    return new OrtClassifier(net, graph.inputs().getFirst(), graph.outputs().getFirst().name());
  }

  /** Images in one run if the network takes no other number, else 0. */
  static int fixedBatch(Port input) {
    boolean fixed = input.type().shape().dim(0).isFixed();
    return fixed ? Math.toIntExact(input.type().shape().size(0)) : 0;
  }

  /** A batch that is smaller than the network wants is filled with images that do not count. */
  @Override
  public void count(Batch batch, AccuracyCounter counter) {
    int[] shape = Arrays.stream(batch.shape()).mapToInt(Math::toIntExact).toArray();
    float[] images = batch.images();
    long[] labels = batch.labels();
    if (fixedBatch > batch.count()) {
      images = Arrays.copyOf(images, images.length / batch.count() * fixedBatch);
      labels = Arrays.copyOf(labels, fixedBatch);
      Arrays.fill(labels, batch.count(), fixedBatch, -1);
      shape[0] = fixedBatch;
    }
    Tensor logits = net.run(Map.of(input, Tensor.floats(shape, images))).get(output);
    int[] sizes = logits.shape();
    if (sizes.length < 2 || (long) sizes[0] * sizes[1] != logits.elements()) {
      throw new TrainException(
          "labels need an output [N, classes], but the network gives %s"
              .formatted(Arrays.toString(sizes)));
    }
    counter.add(logits.toFloats(), sizes[1], labels);
  }

  @Override
  public void close() {
    net.close();
  }
}
