package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import io.espalier.method.MethodException;
import io.espalier.train.EvaluateOptions;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SingleLayerStudyTest {
  /**
   * Four filters: the first two see blue, which the layer hardly reads, the others red and green.
   * The filters with the largest weights are the first two.
   */
  private static Graph classifier() {
    GraphBuilder builder = new GraphBuilder("classifier");
    builder.input("x", new ValueType(DataType.FLOAT, Layers.batch(3, 4)));
    builder.initializer(
        "a", Tensor.floats(new int[] {4, 3, 1, 1}, 0, 0, 1, 0, 0, -3, 0.5f, 0, 0, 0, 0.8f, 0));
    builder.initializer(
        "w", Tensor.floats(new int[] {2, 4, 1, 1}, 0.01f, 0.01f, 2, 0, 0.01f, 0, 0, 1.25f));
    builder.initializer("b", Tensor.floats(new int[] {2}, 0, 0));
    Op conv = new Op.Conv(Window.square(2, 1, 1, 0), 1);
    builder.add("first", conv, "x", "a");
    builder.add("relu", new Op.Elementwise(Pointwise.RELU), "first");
    builder.add("layer", conv, "relu", "w", "b");
    builder.add("pool", new Op.GlobalPool(false), "layer");
    builder.add("logits", new Op.Flatten(1), "pool");
    Shape logits = Shape.of(1, 2).with(0, Dim.symbol("batch"));
    return builder.output(new Port("logits", new ValueType(DataType.FLOAT, logits))).build();
  }

  /** Class 0 is red, class 1 is green; blue is anything. */
  private static DataSplits images() {
    SplittableRandom random = new SplittableRandom(1);
    int[] labels = IntStream.range(0, 60).map(i -> i % 2).toArray();
    byte[] pixels = new byte[60 * 3 * 16];
    for (int i = 0; i < pixels.length; i++) {
      boolean own = i / 16 % 3 == labels[i / 48];
      pixels[i] = (byte) (random.nextInt(200) + (own ? 55 : 0));
    }
    Dataset all = Dataset.of(pixels, labels, List.of("red", "green"), 3, 4, 4);
    return new DataSplits(all, all.subset(), all.subset());
  }

  private static SingleLayerStudy.Result study(double... speedups) {
    return SingleLayerStudy.run(
        classifier(),
        "layer",
        Arrays.stream(speedups).boxed().toList(),
        images(),
        Normalization.preset("half"),
        60,
        EvaluateOptions.defaults().withThreads(1));
  }

  private static SingleLayerStudy.Row row(
      SingleLayerStudy.Result result, SingleLayerStudy.Choice choice, boolean fitted, double by) {
    return result.rows().stream()
        .filter(r -> r.choice() == choice && r.fitted() == fitted && r.speedup() == by)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void lasso_keepsWhatTheLayerReads_whereOrderAndNormsDoNot() {
    SingleLayerStudy.Result result = study(1, 2);
    assertEquals(4, result.inputs());
    assertEquals(1, result.original().top1());
    assertEquals(12, result.rows().size());
    for (SingleLayerStudy.Choice choice : SingleLayerStudy.Choice.values()) {
      assertEquals(0, row(result, choice, false, 1).error(), 1e-9);
      assertEquals(1, row(result, choice, true, 1).accuracy().top1());
    }
    SingleLayerStudy.Row lasso = row(result, SingleLayerStudy.Choice.LASSO, false, 2);
    assertEquals(2, lasso.kept());
    assertEquals(1, lasso.accuracy().top1());
    assertTrue(lasso.error() < 0.01, "error " + lasso.error());
    for (SingleLayerStudy.Choice other :
        List.of(SingleLayerStudy.Choice.FIRST_K, SingleLayerStudy.Choice.MAX_RESPONSE)) {
      assertTrue(row(result, other, true, 2).error() > 0.5);
      assertTrue(row(result, other, false, 2).accuracy().top1() < 1);
    }
  }

  @Test
  void fit_neverMakesTheErrorLarger() {
    SingleLayerStudy.Result result = study(1.5, 2, 4);
    for (SingleLayerStudy.Row row : result.rows()) {
      if (row.fitted()) {
        double before = row(result, row.choice(), false, row.speedup()).error();
        assertTrue(row.error() <= before + 1e-9);
      }
    }
  }

  /** Two layers that are the same: the means are those of one. */
  @Test
  void report_ofTwoLayers_hasTheirMeans() {
    SingleLayerStudy.Result result = study(2, 4);
    String one = new SingleLayerReport(List.of(result)).markdown();
    String two = new SingleLayerReport(List.of(result, result)).markdown();
    assertTrue(two.startsWith(one.substring(0, one.indexOf("| `layer`"))), two);
    assertTrue(one.startsWith("| top-1 points lost, mean of the layers | 2.0x | 4.0x |\n"), one);
    SingleLayerStudy.Row lasso = row(result, SingleLayerStudy.Choice.LASSO, true, 4);
    String lost = "%.2f |".formatted(100 * (1 - lasso.accuracy().top1()));
    assertTrue(
        one.lines()
            .filter(l -> l.startsWith("| lasso, fitted"))
            .findFirst()
            .orElseThrow()
            .endsWith(lost),
        one);
    assertTrue(new SingleLayerReport(List.of(result)).svg().contains("<svg"));
  }

  @Test
  void layerWhoseInputsCannotBeChosen_isRefused() {
    MethodException problem =
        assertThrows(
            MethodException.class,
            () ->
                SingleLayerStudy.run(
                    classifier(),
                    "first",
                    List.of(2.0),
                    images(),
                    Normalization.preset("half"),
                    10,
                    EvaluateOptions.defaults()));
    assertTrue(problem.getMessage().startsWith("'first' is no layer of 'classifier'"));
  }
}
