package io.espalier.method.criterion;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.data.Dataset;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.ImagePass;
import io.espalier.method.Workbench;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/** Gradients of the loss with respect to weights, on the host. */
final class WeightSlopes {
  private WeightSlopes() {}

  /** By initializer name, the gradient of the mean loss over {@code images}. */
  static Map<String, double[]> mean(Workbench bench, Dataset images) {
    Map<String, double[]> sums = new LinkedHashMap<>();
    ImagePass.over(
        bench,
        images,
        bench.evaluation().batchSize(),
        "measuring gradients",
        pass -> {
          pass.loss(Taps.none()).backward();
          take(pass.net()).forEach((name, slopes) -> add(sums, name, slopes, images.size()));
        });
    return sums;
  }

  private static void add(Map<String, double[]> sums, String name, double[] slopes, double by) {
    double[] sum = sums.computeIfAbsent(name, key -> new double[slopes.length]);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += slopes[i] / by;
    }
  }

  /** Reads the gradients that a backward pass left in {@code net}, and clears them. */
  static Map<String, double[]> take(TorchNet net) {
    Map<String, double[]> slopes = new LinkedHashMap<>();
    net.parameters()
        .forEach(
            (name, weight) -> {
              if (weight.hasGrad()) {
                slopes.put(name, weight.grad().toDoubles());
                weight.zeroGrad();
              }
            });
    return slopes;
  }

  /**
   * What {@code saliency(weight, slope)} says of the weights that belong to each unit: one array
   * {@code [units][rest]} for each weight of the given role that has slopes.
   */
  static List<double[][]> rows(
      Graph graph,
      ChannelGroup group,
      Role role,
      Map<String, double[]> slopes,
      DoubleBinaryOperator saliency) {
    List<double[][]> rows = new ArrayList<>();
    for (Member member : group.members()) {
      double[] own = slopes.get(member.initializer());
      if (member.role() == role && own != null) {
        Tensor weight = graph.weight(member.initializer());
        double[] values = weight.toDoubles();
        Arrays.setAll(values, i -> saliency.applyAsDouble(values[i], own[i]));
        rows.add(member.matrix(Tensor.of(DataType.DOUBLE, weight.shape(), values)));
      }
    }
    return rows;
  }
}
