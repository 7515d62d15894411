package io.espalier.method.criterion;

import io.espalier.channel.Carriage;
import io.espalier.data.Dataset;
import io.espalier.graph.DataType;
import io.espalier.method.ImagePass;
import io.espalier.method.UnitGates;
import io.espalier.method.Workbench;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Taps;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the loss does, to first order, when the gate of a unit closes: the derivative {@code d =
 * dL/dq} at {@code q = 1} of each image's loss, boiled down over the images in four ways, one
 * number a gate. With {@code z} the values that are read, {@code d = sum over positions z dL/dz}.
 *
 * @param mean over images of {@code d}
 * @param meanAbsolute over images of {@code |d|}
 * @param meanSquare over images of {@code d^2}
 * @param meanBatchSquare over batches of the square of the batch's mean {@code d}
 * @param positions how many numbers of one image the gate is multiplied onto
 */
record GateSlopes(
    double[] mean,
    double[] meanAbsolute,
    double[] meanSquare,
    double[] meanBatchSquare,
    double[] positions) {

  static GateSlopes measure(Workbench bench, UnitGates gates, Dataset images, int batchSize) {
    int units = gates.count();
    GateSlopes sums =
        new GateSlopes(
            new double[units],
            new double[units],
            new double[units],
            new double[units],
            new double[units]);
    int[] batches = {0};
    ImagePass.over(
        bench,
        images,
        batchSize,
        "measuring gradients",
        pass -> {
          sums.add(sums.slopes(pass, gates), pass.count());
          batches[0]++;
        });
    divide(sums.mean, images.size());
    divide(sums.meanAbsolute, images.size());
    divide(sums.meanSquare, images.size());
    divide(sums.meanBatchSquare, batches[0]);
    return sums;
  }

  /** {@code [N, units]}, row-major. */
  private double[] slopes(ImagePass pass, UnitGates gates) {
    DeviceTensor ones = DeviceTensor.ones(pass.count(), gates.count());
    DeviceTensor open = ones.to(DataType.DOUBLE).requiresGrad(true);
    DeviceTensor loss = pass.loss(measured(gates.taps(open), gates, pass.count()));
    return DeviceTensor.gradients(loss, List.of(open)).getFirst().toDoubles();
  }

  /** {@code taps} that also count positions. */
  private Taps measured(Taps taps, UnitGates gates, int count) {
    Arrays.fill(positions, 0);
    Map<String, Carriage> places =
        gates.places().stream().collect(Collectors.toMap(Carriage::value, place -> place));
    return new Taps() {
      @Override
      public Set<String> values() {
        return taps.values();
      }

      @Override
      public DeviceTensor tap(String value, DeviceTensor tensor) {
        Carriage place = places.get(value);
        double each = (double) tensor.elements() / count / place.size();
        for (int i = 0; i < place.size(); i++) {
          if (place.group(i) >= 0) {
            positions[gates.index(place.group(i), place.unit(i))] += each;
          }
        }
        return taps.tap(value, tensor);
      }
    };
  }

  private void add(double[] slopes, int count) {
    for (int unit = 0; unit < mean.length; unit++) {
      double sum = 0;
      for (int image = 0; image < count; image++) {
        double slope = slopes[image * mean.length + unit];
        sum += slope;
        meanAbsolute[unit] += Math.abs(slope);
        meanSquare[unit] += slope * slope;
      }
      mean[unit] += sum;
      meanBatchSquare[unit] += sum / count * (sum / count);
    }
  }

  private static void divide(double[] sums, double by) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= by;
    }
  }
}
