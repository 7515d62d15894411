package io.espalier.method.sparse.sss;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.graph.Graph;
import io.espalier.method.Workbench;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a branch still emits in which a layer is dead: the same number at every position of a
 * channel, such as the shift of the batch normalisation behind that layer.
 */
final class Emission {
  private static final double ROUNDING = 1e-9;

  private Emission() {}

  /**
   * The number that {@code value}, {@code [N, C, ...]}, holds in each channel for an image of the
   * bench; empty if it holds different ones.
   */
  static Optional<List<Double>> of(Workbench bench, Graph graph, String value) {
    List<DeviceTensor> seen = new ArrayList<>();
    Taps read =
        Taps.of(
            Map.of(
                value,
                x -> {
                  seen.add(x);
                  return x;
                }));
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(graph, NetOptions.exact())) {
      net.forward(image(bench, graph), Mode.EVAL, read);
      DeviceTensor found = seen.getFirst();
      return constants(found.toDoubles(), found.shape());
    }
  }

  /** As many images as the network reads at once, or one. */
  private static DeviceTensor image(Workbench bench, Graph graph) {
    var first = graph.inputs().getFirst().type().shape().dim(0);
    int count = first.isFixed() ? Math.toIntExact(first.size()) : 1;
    Batches batches =
        Batches.evaluation(bench.trainingImages().limit(count), bench.normalization(), count);
    try (BatchStream stream = batches.all()) {
      Batch batch = stream.next();
      return DeviceTensor.of(batch.images(), batch.shape());
    }
  }

  private static Optional<List<Double>> constants(double[] values, long[] shape) {
    int channels = Math.toIntExact(shape[1]);
    int inner = Math.toIntExact(values.length / (shape[0] * channels));
    List<Double> constants = new ArrayList<>();
    for (int channel = 0; channel < channels; channel++) {
      constants.add(values[channel * inner]);
    }
    for (int i = 0; i < values.length; i++) {
      double constant = constants.get(i / inner % channels);
      if (!(Math.abs(values[i] - constant) <= ROUNDING * Math.max(1, Math.abs(constant)))) {
        return Optional.empty();
      }
    }
    return Optional.of(constants);
  }
}
