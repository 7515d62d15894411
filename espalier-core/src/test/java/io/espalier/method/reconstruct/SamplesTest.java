package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SamplesTest {
  private static final int SIZE = 3;

  /** {@code stream x + weight (scale x) + 1}: a stream and a branch of one channel. */
  private static Graph branch(float stream, float scale, float weight) {
    GraphBuilder builder = new GraphBuilder("branch");
    builder.input("x", new ValueType(DataType.FLOAT, Layers.batch(1, SIZE)));
    builder.initializer("s", scalar(stream));
    builder.initializer("a", scalar(scale));
    builder.initializer("w", scalar(weight));
    builder.initializer("b", Tensor.floats(new int[] {1}, 1));
    Op conv = new Op.Conv(Window.square(2, 1, 1, 0), 1);
    builder.add("stream", conv, "x", "s");
    builder.add("first", conv, "x", "a");
    builder.add("layer", conv, "first", "w", "b");
    builder.add("sum", new Op.Elementwise(Pointwise.ADD), "stream", "layer");
    return builder
        .output(new Port("sum", new ValueType(DataType.FLOAT, Layers.batch(1, SIZE))))
        .build();
  }

  private static Tensor scalar(float value) {
    return Tensor.floats(new int[] {1, 1, 1, 1}, value);
  }

  /** Images 0, 1, 2, ... whose pixels are all their number. */
  private static Dataset images(int count) {
    byte[] pixels = new byte[count * SIZE * SIZE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i / (SIZE * SIZE));
    }
    return Dataset.of(pixels, new int[count], List.of("one"), 1, SIZE, SIZE);
  }

  private record Rows(double[] inputs, double[] targets) {}

  private static Rows rows(
      Samples samples, Graph current, Graph original, Optional<Compensation> shortcut) {
    List<double[]> inputs = new ArrayList<>();
    List<double[]> targets = new ArrayList<>();
    samples.rows(
        current,
        original,
        "layer",
        shortcut,
        Samples.Watch.NONE,
        (x, y) -> {
          inputs.add(x.toDoubles());
          targets.add(y.toDoubles());
        });
    return new Rows(joined(inputs), joined(targets));
  }

  private static double[] joined(List<double[]> parts) {
    return parts.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private static Samples samples(int images, int positions, long seed) {
    return new Samples(images(250), Normalization.preset("bytes"), images, positions, seed);
  }

  @Test
  void inputsAreOfTheCurrentNetwork_targetsOfTheOriginalWithoutItsBias() {
    Graph original = branch(1, 2, 3);
    Graph current = branch(1, 5, 7);
    Rows rows = rows(samples(30, 4, 1), current, original, Optional.empty());
    assertEquals(30 * 4, rows.inputs().length);
    for (int i = 0; i < rows.inputs().length; i++) {
      double pixel = rows.inputs()[i] / 5;
      assertEquals(6 * pixel, rows.targets()[i], 1e-4);
    }
  }

  @Test
  void everyImageIsReadOnce_inSeededOrder_andTheSameAtEveryCall() {
    Graph net = branch(1, 1, 1);
    Rows first = rows(samples(250, 2, 1), net, net, Optional.empty());
    Rows again = rows(samples(250, 2, 1), net, net, Optional.empty());
    Rows other = rows(samples(250, 2, 2), net, net, Optional.empty());
    assertArrayEquals(again.inputs(), first.inputs());
    assertFalse(Arrays.equals(other.inputs(), first.inputs()));
    double[] sorted = first.inputs().clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      assertEquals(i / 2, sorted[i], 1e-3);
    }
  }

  @Test
  void fewerImagesAreTheFirstOfMore() {
    Graph net = branch(1, 1, 1);
    double[] few = rows(samples(117, 2, 1), net, net, Optional.empty()).inputs();
    double[] many = rows(samples(250, 2, 1), net, net, Optional.empty()).inputs();
    assertArrayEquals(Arrays.copyOf(many, 117 * 2), few);
  }

  @Test
  void mapWithNoMorePositionsThanAskedFor_isReadWhole() {
    Graph net = branch(1, 1, 1);
    assertEquals(20 * 9, rows(samples(20, 9, 1), net, net, Optional.empty()).inputs().length);
    assertEquals(20 * 9, rows(samples(20, 50, 1), net, net, Optional.empty()).inputs().length);
  }

  @Test
  void compensation_ofAnUnchangedShortcut_leavesTheTarget() {
    Graph original = branch(4, 2, 3);
    Graph current = branch(4, 5, 7);
    Optional<Compensation> shortcut = Optional.of(new Compensation("stream", new float[] {10}));
    Samples samples = samples(30, 4, 1);
    assertArrayEquals(
        rows(samples, current, original, Optional.empty()).targets(),
        rows(samples, current, original, shortcut).targets());
  }

  @Test
  void compensation_addsWhatTheShortcutLost_timesItsFactor() {
    // Y1 - Y1' = (4 - 1.5) x, through sigma/gamma = 2; Y2 = 6 x.
    Optional<Compensation> shortcut = Optional.of(new Compensation("stream", new float[] {2}));
    Rows rows = rows(samples(30, 4, 1), branch(1.5f, 5, 7), branch(4, 2, 3), shortcut);
    for (int i = 0; i < rows.inputs().length; i++) {
      double pixel = rows.inputs()[i] / 5;
      assertEquals(6 * pixel + 2 * 2.5 * pixel, rows.targets()[i], 1e-3);
    }
  }

  @Test
  void nodeThatIsNoLayer_isRefused() {
    Graph net = branch(1, 1, 1);
    Samples samples = samples(10, 2, 1);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    samples.rows(
                        net, net, "sum", Optional.empty(), Samples.Watch.NONE, (x, y) -> {}))
            .getMessage();
    assertEquals("'sum' is no linear layer", message);
  }
}
