package io.espalier.proof;

import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Inputs of the right shape for a network whose user gave none. */
public final class RandomInputs {
  private RandomInputs() {}

  /**
   * Standard normal values (whole numbers for whole types); a batch that is not fixed becomes {@code
   * batch}.
   *
   * @throws IllegalArgumentException if another axis is not fixed
   */
  public static Map<String, Tensor> of(Graph graph, int batch, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Port port : graph.inputs()) {
      int[] shape = shape(port, batch);
      double[] values = new double[Math.toIntExact(Tensor.elements(shape))];
      boolean real = port.type().type().isReal();
      for (int i = 0; i < values.length; i++) {
        values[i] = real ? random.nextGaussian() : random.nextInt(2);
      }
      DataType type = port.type().type();
      inputs.put(port.name(), Tensor.of(type, shape, values));
    }
    return inputs;
  }

  private static int[] shape(Port port, int batch) {
    int rank = port.type().shape().rank();
    int[] shape = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      Dim dim = port.type().shape().dim(axis);
      if (!dim.isFixed() && axis > 0) {
        throw new IllegalArgumentException(
            "input '%s' %s has a size that is not fixed; give it, as in --input 3x224x224"
                .formatted(port.name(), port.type().shape()));
      }
      shape[axis] = dim.isFixed() ? Math.toIntExact(dim.size()) : batch;
    }
    return shape;
  }
}
