package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.torch.Scope;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelEquationsTest {
  private static final int ROWS = 40;
  private static final int OUTPUTS = 3;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void areThoseOfTheDesignThatIsNeverFormed(boolean intercept) {
    // Channels of unequal size whose parts do not stand together, and two elements that stay.
    int[] channelOf = {0, 0, 1, -1, 2, 1, 2, 2, -1};
    check(channelOf, 3, intercept);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ofChannelsThatAreAllThereIs(boolean intercept) {
    check(new int[] {0, 0, 1, 1, 2, 2}, 3, intercept);
  }

  private static void check(int[] channelOf, int channels, boolean intercept) {
    int d = channelOf.length;
    double[][] x = Layers.uniform(1, ROWS, d);
    double[][] y = Layers.uniform(2, ROWS, OUTPUTS);
    double[][] w = Layers.uniform(3, OUTPUTS, d);
    Arrays.stream(x).forEach(row -> row[0] += 2);
    try (Scope scope = Scope.open();
        Moments moments = new Moments(d, OUTPUTS)) {
      moments.add(Layers.matrix(x), Layers.matrix(y));
      NormalEquations actual =
          ChannelEquations.of(moments, Layers.flat(w), channelOf, channels, intercept);
      NormalEquations expected = byDefinition(x, y, w, channelOf, channels, intercept);
      assertArrayEquals(expected.gram(), actual.gram(), 1e-12);
      assertArrayEquals(expected.moments(), actual.moments(), 1e-12);
    }
  }

  private static NormalEquations byDefinition(
      double[][] x, double[][] y, double[][] w, int[] channelOf, int channels, boolean intercept) {
    double[][] design = new double[ROWS * OUTPUTS][channels];
    double[] target = new double[ROWS * OUTPUTS];
    for (int row = 0; row < ROWS; row++) {
      for (int o = 0; o < OUTPUTS; o++) {
        target[row * OUTPUTS + o] = y[row][o];
        for (int a = 0; a < channelOf.length; a++) {
          double part = x[row][a] * w[o][a];
          if (channelOf[a] < 0) {
            target[row * OUTPUTS + o] -= part;
          } else {
            design[row * OUTPUTS + o][channelOf[a]] += part;
          }
        }
      }
    }
    if (intercept) {
      centre(design, target);
    }
    return LassoTest.equations(design, target);
  }

  private static void centre(double[][] design, double[] target) {
    double mean = Arrays.stream(target).average().orElseThrow();
    Arrays.setAll(target, i -> target[i] - mean);
    for (int c = 0; c < design[0].length; c++) {
      int column = c;
      double average = Arrays.stream(design).mapToDouble(r -> r[column]).average().orElseThrow();
      Arrays.stream(design).forEach(r -> r[column] -= average);
    }
  }

  @Test
  void momentsOfSeveralBlocks_areThoseOfAllRows() {
    double[][] x = Layers.uniform(1, ROWS, 4);
    double[][] y = Layers.uniform(2, ROWS, 2);
    try (Scope scope = Scope.open();
        Moments whole = new Moments(4, 2);
        Moments parts = new Moments(4, 2)) {
      whole.add(Layers.matrix(x), Layers.matrix(y));
      for (int from : new int[] {0, 15}) {
        int to = from == 0 ? 15 : ROWS;
        parts.add(
            Layers.matrix(Arrays.copyOfRange(x, from, to)),
            Layers.matrix(Arrays.copyOfRange(y, from, to)));
      }
      assertEquals(ROWS, parts.rows());
      assertArrayEquals(whole.xx().toDoubles(), parts.xx().toDoubles(), 1e-12);
      assertArrayEquals(whole.xy().toDoubles(), parts.xy().toDoubles(), 1e-12);
      assertArrayEquals(whole.yy().toDoubles(), parts.yy().toDoubles(), 1e-12);
    }
  }
}
