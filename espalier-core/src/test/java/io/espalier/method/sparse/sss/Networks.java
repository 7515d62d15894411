package io.espalier.method.sparse.sss;

import io.espalier.cost.Budget;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.surgery.PlanOptions;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import io.espalier.zoo.Zoo;
import io.espalier.zoo.ZooOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Networks for the images of {@code TinyNetworks}, and what they compute in float64. */
final class Networks {
  static final PlanOptions HALF = PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5));
  static final PlanOptions NO_SIZE = HALF.withoutSize();

  private Networks() {}

  /** A network of the zoo whose batch normalisations are no identities. */
  static Graph lively(String name) {
    Graph graph = Zoo.build(name, new ZooOptions(3, Shape.of(1, 6, 6), 5));
    SplittableRandom random = new SplittableRandom(9);
    Map<String, Tensor> changed = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.BatchNorm) {
        for (int i = 1; i < 5; i++) {
          Tensor old = graph.weight(node.input(i));
          double[] values = random.doubles(old.elements(), 0.5, 1.5).toArray();
          changed.put(node.input(i), old.withValues(values));
        }
      }
    }
    return graph.withWeights(changed);
  }

  /** What {@code graph} gives for two images of noise. */
  static double[] outputs(Graph graph, Taps taps) {
    double[] pixels = new SplittableRandom(4).doubles(72, -1, 1).toArray();
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(graph, NetOptions.exact())) {
      Tensor images = Tensor.of(DataType.DOUBLE, new int[] {2, 1, 6, 6}, pixels);
      return net.forward(DeviceTensor.of(images), Mode.EVAL, taps).toDoubles();
    }
  }

  static double[] outputs(Graph graph) {
    return outputs(graph, Taps.none());
  }
}
