package io.espalier.torch;

import io.espalier.graph.DataType;
import java.util.Collection;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.Reduction;

/** What training minimises: scalars in float32, or in double where the outputs are. */
public final class Losses {
  private static final long NO_IGNORED_LABEL = -100;

  private Losses() {}

  /**
   * Mean cross entropy.
   *
   * @param logits {@code [N, K, ...]}
   * @param labels int64 {@code [N, ...]}
   * @param smoothing share of the target that is spread evenly over the classes, 0 to 1
   */
  public static DeviceTensor crossEntropy(
      DeviceTensor logits, DeviceTensor labels, double smoothing) {
    DeviceTensor wide = widen(logits);
    return TorchException.call(
        () -> {
          try (TensorOptional weight = new TensorOptional()) {
            return new DeviceTensor(
                torch.cross_entropy_loss(
                    wide.raw(),
                    labels.raw(),
                    weight,
                    Reduction.Mean.value,
                    NO_IGNORED_LABEL,
                    smoothing));
          }
        });
  }

  /**
   * Hinton's distillation: the Kullback-Leibler divergence from the student's class distribution to
   * the teacher's, both at {@code temperature}, times its square; the mean over everything but the
   * classes.
   *
   * @param student logits {@code [N, K, ...]}
   * @param teacher logits of the same shape, taken as constant
   */
  public static DeviceTensor distillation(
      DeviceTensor student, DeviceTensor teacher, double temperature) {
    if (!(temperature > 0)) {
      throw new IllegalArgumentException("temperature must be above 0, but got " + temperature);
    }
    DeviceTensor target = widen(teacher.detach()).mul(1 / temperature);
    DeviceTensor logStudent = widen(student).mul(1 / temperature).logSoftmax(1);
    DeviceTensor divergence =
        target.softmax(1).mul(target.logSoftmax(1).sub(logStudent)).sum(false, 1);
    return divergence.mean().mul(temperature * temperature);
  }

  /** Mean squared difference; {@code target} is taken as constant. */
  public static DeviceTensor meanSquared(DeviceTensor output, DeviceTensor target) {
    DeviceTensor goal = widen(target.detach());
    DeviceTensor wide = widen(output);
    return TorchException.call(
        () -> new DeviceTensor(torch.mse_loss(wide.raw(), goal.raw(), Reduction.Mean.value)));
  }

  /**
   * Scales the gradients of {@code parameters} down so that their common L2 norm is at most {@code
   * most}.
   *
   * @return the norm before
   */
  public static double clipGradientNorm(Collection<DeviceTensor> parameters, double most) {
    try (Scope scope = Scope.open();
        TensorVector norms = new TensorVector()) {
      for (DeviceTensor parameter : parameters) {
        if (parameter.hasGrad()) {
          norms.push_back(parameter.grad().raw().norm());
        }
      }
      if (norms.size() == 0) {
        return 0;
      }
      double norm = torch.stack(norms).norm().item_double();
      double scale = most / (norm + 1e-6);
      if (scale < 1) {
        scaleGradients(parameters, scale);
      }
      return norm;
    }
  }

  private static void scaleGradients(Collection<DeviceTensor> parameters, double scale) {
    try (Scalar factor = new Scalar(scale)) {
      for (DeviceTensor parameter : parameters) {
        Tensor grad = parameter.raw().grad();
        if (grad.defined()) {
          grad.mul_(factor);
        }
      }
    }
  }

  private static DeviceTensor widen(DeviceTensor tensor) {
    DataType type = tensor.type();
    return type == DataType.FLOAT || type == DataType.DOUBLE ? tensor : tensor.to(DataType.FLOAT);
  }
}
