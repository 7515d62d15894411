package io.espalier.latency;

import io.espalier.graph.Dim;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Random values of the shapes that a network declares. */
public final class RandomInputs {
  private RandomInputs() {}

  /**
   * One tensor for each of {@code inputs}: reals are uniform between -1 and 1, integers and truth
   * values 0 or 1.
   *
   * @param batch size of a leading axis that is not fixed; a fixed one must be of this size, unless
   *     this is 0, which stands for what the network declares, or 1
   * @throws IllegalArgumentException if another axis is not fixed, or the batch is fixed and
   *     another
   */
  public static Map<String, Tensor> of(List<Port> inputs, int batch, long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(seed);
    for (Port input : inputs) {
      int[] shape = shape(input, batch, inputs.size() == 1);
      boolean real = input.type().type().isReal();
      double[] values = new double[Math.toIntExact(Tensor.elements(shape))];
      for (int i = 0; i < values.length; i++) {
        values[i] = real ? random.nextDouble(-1, 1) : random.nextInt(2);
      }
      tensors.put(input.name(), Tensor.of(input.type().type(), shape, values));
    }
    return tensors;
  }

  private static int[] shape(Port input, int batch, boolean alone) {
    List<Dim> dims = input.type().shape().dims();
    int[] shape = new int[dims.size()];
    for (int axis = 0; axis < shape.length; axis++) {
      Dim dim = dims.get(axis);
      if (dim.isFixed()) {
        shape[axis] = Math.toIntExact(dim.size());
      } else if (axis == 0) {
        shape[axis] = Math.max(1, batch);
      } else {
        throw new IllegalArgumentException(
            "input '%s' has the shape %s: fix it with --input, such as %s"
                .formatted(input.name(), input.type().shape(), input.exampleOption(alone)));
      }
    }
    if (batch > 0 && shape.length > 0 && shape[0] != batch) {
      throw new IllegalArgumentException(
          "input '%s' has the shape %s, which takes no batch of %d"
              .formatted(input.name(), input.type().shape(), batch));
    }
    return shape;
  }
}
