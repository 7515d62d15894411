package io.espalier.torch;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which real initializers train. A weight of a layer or a normalisation does: convolution, Gemm,
 * MatMul, the scale and bias of a normalisation, the slope of PRelu. Elsewhere an initializer
 * trains if it has more than one element and a node reads it that passes it on or joins it by Add,
 * Mul or Sum to something that a layer has already computed (layer scales, biases after MatMul,
 * tokens, positions). Everything else is a constant: single numbers, operands of Sub, Div,
 * comparisons and the like, what is done to a network's input before its first layer, and
 * quantisation scales. Running means and variances are buffers.
 *
 * @param parameters what trains
 * @param buffers running statistics
 * @param normAndBias the parameters that are scales or biases of a normalisation, or biases
 */
record WeightRoles(Set<String> parameters, Set<String> buffers, Set<String> normAndBias) {
  private enum Role {
    WEIGHT,
    NORM_OR_BIAS,
    BUFFER,
    PASSED_ON,
    JOINED,
    CONSTANT
  }

  static WeightRoles of(Graph graph) {
    WeightRoles roles = new WeightRoles(new HashSet<>(), new HashSet<>(), new HashSet<>());
    Set<String> computed = new HashSet<>();
    for (Node node : graph.nodes()) {
      List<String> inputs = node.inputs();
      boolean afterLayer = inputs.stream().anyMatch(computed::contains);
      boolean hasWeight = false;
      for (int i = 0; i < inputs.size(); i++) {
        Tensor tensor = graph.initializers().get(inputs.get(i));
        if (tensor != null && tensor.type().isReal()) {
          Role role = role(node.op(), i);
          hasWeight |= role == Role.WEIGHT;
          roles.add(inputs.get(i), tensor, role, afterLayer);
        }
      }
      if (hasWeight || afterLayer) {
        computed.addAll(node.outputs());
      }
    }
    roles.parameters.removeAll(roles.buffers);
    roles.normAndBias.retainAll(roles.parameters);
    return roles;
  }

  private void add(String name, Tensor tensor, Role role, boolean afterLayer) {
    boolean several = tensor.elements() > 1;
    boolean trains =
        switch (role) {
          case WEIGHT, NORM_OR_BIAS -> true;
          case PASSED_ON -> several;
          case JOINED -> several && afterLayer;
          case BUFFER, CONSTANT -> false;
        };
    if (trains) {
      parameters.add(name);
    }
    if (role == Role.BUFFER) {
      buffers.add(name);
    }
    if (role == Role.NORM_OR_BIAS || (role == Role.JOINED && isVector(tensor))) {
      normAndBias.add(name);
    }
  }

  /** True for {@code [C]} and for {@code [1, C, 1, 1]}. */
  private static boolean isVector(Tensor tensor) {
    int wide = 0;
    for (int size : tensor.shape()) {
      wide += size > 1 ? 1 : 0;
    }
    return wide == 1;
  }

  private static Role role(Op op, int input) {
    return switch (op) {
      case Op.Conv c -> input == 2 ? Role.NORM_OR_BIAS : Role.WEIGHT;
      case Op.ConvTranspose c -> input == 2 ? Role.NORM_OR_BIAS : Role.WEIGHT;
      case Op.Gemm g -> input == 2 ? Role.NORM_OR_BIAS : Role.WEIGHT;
      case Op.MatMul m -> Role.WEIGHT;
      case Op.BatchNorm b -> input > 2 ? Role.BUFFER : Role.NORM_OR_BIAS;
      case Op.InstanceNorm i -> Role.NORM_OR_BIAS;
      case Op.LayerNorm l -> Role.NORM_OR_BIAS;
      case Op.Elementwise e ->
          switch (e.kind()) {
            case PRELU -> Role.WEIGHT;
            case ADD, MUL, SUM -> Role.JOINED;
            case IDENTITY -> Role.PASSED_ON;
            default -> Role.CONSTANT;
          };
      case Op.Cast c -> Role.PASSED_ON;
      case Op.Concat c -> Role.PASSED_ON;
      case Op.Split s -> Role.PASSED_ON;
      case Op.Slice s -> Role.PASSED_ON;
      case Op.Gather g -> Role.PASSED_ON;
      case Op.Pad p -> Role.PASSED_ON;
      case Op.Flatten f -> Role.PASSED_ON;
      case Op.Reshape r -> Role.PASSED_ON;
      case Op.Transpose t -> Role.PASSED_ON;
      case Op.Squeeze s -> Role.PASSED_ON;
      case Op.Unsqueeze u -> Role.PASSED_ON;
      case Op.Expand e -> Role.PASSED_ON;
      default -> Role.CONSTANT;
    };
  }
}
