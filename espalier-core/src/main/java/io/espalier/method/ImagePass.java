package io.espalier.method;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.progress.Progress;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Losses;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.Torch;
import io.espalier.torch.TorchNet;
import io.espalier.train.EvaluateOptions;
import java.util.SplittableRandom;

/**
 * Runs a bench's network over images, batch by batch, for what a method measures. Batch
 * normalisation uses its running statistics, dropout is off, and nothing about the network changes.
 */
public final class ImagePass {
  private final TorchNet net;
  private final DeviceTensor images;
  private final long[] labels;

  private ImagePass(TorchNet net, Batch batch) {
    this.net = net;
    this.images = DeviceTensor.of(batch.images(), batch.shape());
    this.labels = batch.labels().clone();
  }

  /** What is done with each batch; the tensors that it makes are freed when it returns. */
  @FunctionalInterface
  public interface Work {
    void on(ImagePass pass);
  }

  /**
   * Does {@code work} with all of {@code images}, in their order.
   *
   * @param title what the user is shown as being done
   * @param batchSize images a batch; the last one may be smaller
   */
  public static void over(Workbench bench, Dataset images, int batchSize, String title, Work work) {
    EvaluateOptions options = bench.evaluation();
    Torch.threads(options.threads());
    NetOptions how = new NetOptions(options.precision(), true);
    Batches batches = Batches.evaluation(images, bench.normalization(), batchSize);
    Progress progress = bench.progress();
    progress.begin(title, images.size(), "images");
    try (TorchNet net = TorchNet.of(bench.graph(), how);
        BatchStream stream = batches.all()) {
      while (stream.hasNext()) {
        bench.stopIfAsked();
        Batch batch = stream.next();
        try (Scope scope = Scope.open()) {
          work.on(new ImagePass(net, batch));
        }
        progress.advance(batch.count());
      }
    } finally {
      progress.end();
    }
  }

  /** At most {@code count} of the bench's training images, drawn by its seed. */
  public static Dataset sample(Workbench bench, int count) {
    Dataset all = bench.trainingImages();
    int[] order = new int[all.size()];
    SplittableRandom random = new SplittableRandom(bench.seed());
    for (int i = 0; i < order.length; i++) {
      int to = random.nextInt(i + 1);
      order[i] = order[to];
      order[to] = i;
    }
    return all.subset(java.util.Arrays.copyOf(order, Math.min(count, order.length)));
  }

  /** The network; its parameters collect gradients. */
  public TorchNet net() {
    return net;
  }

  /** The images of this batch as the network reads them, {@code [N, C, H, W]}. */
  public DeviceTensor images() {
    return images;
  }

  /** Number of images in this batch. */
  public int count() {
    return labels.length;
  }

  /** The classes of the images. */
  public long[] labels() {
    return labels.clone();
  }

  /** The network's first output without gradients, {@code [N, ...]}. */
  public DeviceTensor look(Taps taps) {
    return net.forward(images, Mode.EVAL, taps);
  }

  /**
   * The network's first output, class scores {@code [N, K]}, from which gradients flow.
   *
   * @throws MethodException if it is not of that shape
   */
  public DeviceTensor logits(Taps taps) {
    DeviceTensor output = net.forward(images, Mode.EVAL_GRADIENTS, taps);
    if (output.shape().length != 2) {
      throw new MethodException(
          "the loss is that of a classifier, but output '%s' is %s instead of [N, classes]"
              .formatted(net.graph().outputs().getFirst().name(), output));
    }
    return output;
  }

  /** The cross entropy of {@code logits} to {@code classes}, summed over the images. */
  public DeviceTensor loss(DeviceTensor logits, long[] classes) {
    DeviceTensor target = DeviceTensor.of(classes, classes.length);
    return Losses.crossEntropy(logits, target, 0).mul(classes.length);
  }

  /** The cross entropy to the images' own labels, summed over the images. */
  public DeviceTensor loss(Taps taps) {
    return loss(logits(taps), labels);
  }
}
