package io.espalier.method.reconstruct;

import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import io.espalier.torch.Torch;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Times both steps of a reconstruction: {@code SolverBench CHANNELS TAPS OUTPUTS ROWS}. Half of the
 * channels are kept.
 */
final class SolverBench {
  private static final int BLOCK = 1000;

  private SolverBench() {}

  public static void main(String[] args) {
    int[] sizes = Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    int channels = sizes[0];
    int d = channels * sizes[1];
    int outputs = sizes[2];
    Torch.threads(1);
    Torch.seed(1);
    try (Scope scope = Scope.open();
        Moments moments = new Moments(d, outputs)) {
      DeviceTensor w = DeviceTensor.randn(outputs, d);
      long start = System.nanoTime();
      for (int row = 0; row < sizes[3]; row += BLOCK) {
        try (Scope block = Scope.open()) {
          DeviceTensor x = DeviceTensor.randn(BLOCK, d).relu();
          moments.add(x, x.matmul(w.permute(1, 0)));
        }
      }
      start = print("moments of %d rows".formatted(moments.rows()), start);
      double[] weight = w.toDoubles();
      int[] channelOf = IntStream.range(0, d).map(a -> a / sizes[1]).toArray();
      NormalEquations equations = ChannelEquations.of(moments, weight, channelOf, channels, true);
      start = print("equations of %d channels".formatted(channels), start);
      int[] kept = new LassoPath(0.1).choose(equations, channels / 2).kept();
      start = print("LASSO to %d channels".formatted(kept.length), start);
      int[] columns =
          IntStream.range(0, d).filter(a -> Arrays.binarySearch(kept, channelOf[a]) >= 0).toArray();
      int[] all = IntStream.range(0, outputs).toArray();
      LeastSquares.fit(moments, weight, all, columns, true);
      print("least squares on %d inputs".formatted(columns.length), start);
    }
  }

  private static long print(String what, long start) {
    long now = System.nanoTime();
    System.out.printf(Locale.ROOT, "%-32s %7.2f s%n", what, (now - start) / 1e9);
    return now;
  }
}
