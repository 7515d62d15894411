package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Bytes;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.progress.Progress;
import io.espalier.torch.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EvaluatorTest {
  private static final EvaluateOptions OPTIONS = new EvaluateOptions(7, Precision.FLOAT32, 1);

  @Test
  void constantAnswer_scoresTheShareOfItsClass() {
    // Weights of zero and a bias for class 2: a quarter of the images are of that class.
    Graph constant =
        TinyTraining.net()
            .withWeights(
                Map.of(
                    "fc.weight",
                    Tensor.floats(new int[] {4, 8}, new float[32]),
                    "fc.bias",
                    Tensor.floats(new int[] {4}, 0, 0, 3, 0)));
    Accuracy accuracy = evaluate(constant, TinyTraining.stripes(40, 1));
    assertEquals(0.25, accuracy.top1());
    assertEquals(1, accuracy.top5());
    assertEquals(40, accuracy.images());
    double sum = Math.log(3 + Math.exp(3));
    assertEquals((sum - 3) / 4 + 3 * sum / 4, accuracy.loss(), 1e-6);
    assertTrue(accuracy.nearChance(4));
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void verdicts_areThoseOfEachLabelledImage_inTheirOrder(Engine engine) {
    Dataset images = TinyTraining.stripes(23, 1);
    List<Boolean> right = new ArrayList<>();
    Accuracy accuracy =
        Evaluator.evaluate(
            TinyTraining.net(),
            images,
            TinyTraining.NORMALIZATION,
            OPTIONS,
            engine,
            right::add,
            Progress.none());
    assertEquals(23, right.size());
    assertEquals(accuracy.top1(), Collections.frequency(right, true) / 23.0, 1e-12);
    List<Boolean> one = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      Dataset single = images.subset(i);
      one.add(evaluate(TinyTraining.net(), single).top1() == 1);
    }
    assertEquals(one, right);
  }

  @Test
  void batchSize_doesNotMatter() {
    Dataset images = TinyTraining.stripes(40, 1);
    Accuracy seven = evaluate(TinyTraining.net(), images);
    Accuracy forty =
        Evaluator.evaluate(
            TinyTraining.net(),
            images,
            TinyTraining.NORMALIZATION,
            OPTIONS.withBatchSize(40),
            Progress.none());
    assertEquals(seven.top1(), forty.top1());
    assertEquals(seven.loss(), forty.loss(), 1e-6);
  }

  @Test
  void onnxRuntime_countsAsLibtorchDoes() {
    Dataset images = TinyTraining.stripes(40, 1);
    Accuracy libtorch = evaluate(TinyTraining.net(), images);
    assertEquals(Engine.LIBTORCH, Engine.of(TinyTraining.net()));
    for (Graph net : List.of(TinyTraining.net(), fixedBatch(TinyTraining.net(), 9))) {
      Accuracy other = onOnnxRuntime(net, images, OPTIONS);
      assertEquals(libtorch.images(), other.images());
      assertEquals(libtorch.top1(), other.top1());
      assertEquals(libtorch.top5(), other.top5());
      assertEquals(libtorch.loss(), other.loss(), 1e-6);
    }
    EvaluateOptions bf16 = OPTIONS.withPrecision(Precision.BFLOAT16);
    assertThrows(TrainException.class, () -> onOnnxRuntime(TinyTraining.net(), images, bf16));
  }

  /** An operator that is carried but not modelled, behind the logits. */
  @Test
  void networkWithOpaqueNode_isRunByOnnxRuntime() {
    Dataset images = TinyTraining.stripes(40, 1);
    GraphBuilder builder = copy(TinyTraining.net(), port -> port);
    // The node as it stands in a file: field 4, the operator's name.
    Bytes payload = Bytes.copyOf(new byte[] {4 << 3 | 2, 4, 'S', 'i', 'z', 'e'});
    Op size = new Op.Opaque("", "Size", List.of(), payload, "not modelled");
    ValueType scalar = new ValueType(DataType.INT64, new Shape(List.of()));
    builder.hint("size", scalar).add("size", size, "logits");
    Graph opaque = builder.output(new Port("size", scalar)).build();
    assertEquals(Engine.ORT, Engine.of(opaque));
    Accuracy plain = evaluate(TinyTraining.net(), images);
    Accuracy carried = evaluate(opaque, images);
    assertEquals(plain.top1(), carried.top1());
    assertEquals(plain.loss(), carried.loss(), 1e-6);
  }

  private static Accuracy onOnnxRuntime(Graph net, Dataset images, EvaluateOptions options) {
    return Evaluator.evaluate(
        net,
        images,
        TinyTraining.NORMALIZATION,
        options,
        Engine.ORT,
        Verdicts.none(),
        Progress.none());
  }

  /** {@code graph} for exactly {@code batch} images. */
  private static Graph fixedBatch(Graph graph, int batch) {
    return copy(
            graph,
            port -> {
              List<Dim> dims = new ArrayList<>(port.type().shape().dims());
              dims.set(0, Dim.of(batch));
              return new Port(port.name(), new ValueType(port.type().type(), new Shape(dims)));
            })
        .build();
  }

  private static GraphBuilder copy(Graph graph, UnaryOperator<Port> ports) {
    GraphBuilder builder = new GraphBuilder(graph.name());
    graph.inputs().forEach(port -> builder.input(ports.apply(port)));
    graph.initializers().forEach(builder::initializer);
    graph.nodes().forEach(builder::add);
    graph.outputs().forEach(port -> builder.output(ports.apply(port)));
    return builder;
  }

  @Test
  void images_withoutLabels_areRefused() {
    Dataset bare = TinyTraining.unlabelled(8, 1);
    TrainException refusal =
        assertThrows(TrainException.class, () -> evaluate(TinyTraining.net(), bare));
    assertTrue(refusal.getMessage().contains("labels"), refusal.getMessage());
    assertThrows(TrainException.class, () -> evaluate(TinyTraining.net(), TinyTraining.none()));
  }

  @Test
  void recalibration_measuresMeanAndVarianceOfItsBatches() {
    // All pixels 255, which become 1: inside, every channel is the sum of its nine weights.
    byte[] white = new byte[16 * 64];
    Arrays.fill(white, (byte) 255);
    Dataset images = Dataset.of(white, new int[16], List.of("white"), 1, 8, 8);
    Graph net = TinyTraining.net();
    Graph measured =
        Recalibration.run(net, images, Normalization.preset("half"), 2, OPTIONS, Progress.none());
    float[] mean = measured.weight("norm.mean").toFloats();
    for (int channel = 0; channel < 8; channel++) {
      assertEquals(meanOfWhite(net, channel), mean[channel], 1e-5);
    }
    assertNotEquals(net.weight("norm.variance"), measured.weight("norm.variance"));
    assertEquals(net.weight("conv.weight"), measured.weight("conv.weight"));
  }

  /** A weight at the kernel's edge misses one row or column of eight in the padded 3x3 window. */
  private static double meanOfWhite(Graph net, int channel) {
    float[] weights = net.weight("conv.weight").toFloats();
    double sum = 0;
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 3; column++) {
        double share = (row == 1 ? 1 : 7.0 / 8) * (column == 1 ? 1 : 7.0 / 8);
        sum += weights[channel * 9 + row * 3 + column] * share;
      }
    }
    return sum;
  }

  private static Accuracy evaluate(Graph graph, Dataset images) {
    return Evaluator.evaluate(graph, images, TinyTraining.NORMALIZATION, OPTIONS, Progress.none());
  }
}
