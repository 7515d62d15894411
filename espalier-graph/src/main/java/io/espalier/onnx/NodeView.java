package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.espalier.graph.DataType;
import io.espalier.graph.Node;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A node of a file as the readers of its operator see it. */
final class NodeView {
  private static final String DYNAMIC = "%s is computed when the network runs";
  private static final String HINT = "; fixed input sizes may help (--input CxHxW)";

  private final Node node;
  private final NodeProto proto;
  private final int opset;
  private final Knowledge knowledge;
  private final Attributes attributes;
  private int kept;

  NodeView(Node node, NodeProto proto, int opset, Knowledge knowledge) {
    this.node = node;
    this.proto = proto;
    this.opset = opset;
    this.knowledge = knowledge;
    this.attributes = new Attributes(proto);
    this.kept = node.inputs().size();
  }

  String type() {
    return proto.getOpType();
  }

  int opset() {
    return opset;
  }

  Attributes attributes() {
    return attributes;
  }

  int outputs() {
    return node.outputs().size();
  }

  boolean usesOutput(int index) {
    return index < node.outputs().size() && !node.outputs().get(index).isEmpty();
  }

  boolean has(int input) {
    return node.hasInput(input);
  }

  /** The inputs that stay inputs: those before the constants that the operator's record holds. */
  List<String> keptInputs() {
    return trimmed(node.inputs().subList(0, Math.min(kept, node.inputs().size())));
  }

  List<String> keptOutputs() {
    return trimmed(node.outputs());
  }

  private static List<String> trimmed(List<String> names) {
    int end = names.size();
    while (end > 0 && names.get(end - 1).isEmpty()) {
      end--;
    }
    return names.subList(0, end);
  }

  /** Says that the inputs from {@code input} on are attributes here. */
  void absorbFrom(int input) {
    kept = Math.min(kept, input);
  }

  Shape shape(int input) {
    return knowledge
        .shape(node.input(input))
        .orElseThrow(() -> new Unmodelled("the shape of its input is not known"));
  }

  Optional<Shape> knownShape(int input) {
    return knowledge.shape(node.input(input));
  }

  /** The known value of an input that is an attribute here; nothing if it is left out. */
  Optional<Known> constant(int input, String what) {
    absorbFrom(input);
    if (!has(input)) {
      return Optional.empty();
    }
    return Optional.of(knowledge.value(node.input(input)).orElseThrow(() -> dynamic(what)));
  }

  /** True for a constant of one element, zero. */
  boolean isZero(int input) {
    return knowledge
        .value(node.input(input))
        .filter(known -> known.elements() == 1 && known.entry(0).is(0))
        .isPresent();
  }

  Optional<Tensor> numbers(int input, String what) {
    return constant(input, what)
        .map(
            known -> {
              if (known instanceof Known.Numbers numbers) {
                return numbers.tensor();
              }
              throw dynamic(what);
            });
  }

  Optional<List<Long>> integers(int input, String what) {
    return numbers(input, what).map(tensor -> Arrays.stream(tensor.toLongs()).boxed().toList());
  }

  /** A list that is an attribute before opset {@code since}, and input {@code input} from there. */
  Optional<List<Long>> integers(String name, int input, int since) {
    return opset < since ? attributes.integers(name) : integers(input, "its " + name);
  }

  Optional<Double> scalar(int input, String what) {
    return numbers(input, what)
        .map(
            tensor -> {
              if (tensor.elements() != 1) {
                throw new OnnxException("%s must be one number, but is %s".formatted(what, tensor));
              }
              return number(tensor, 0);
            });
  }

  /** Element {@code index} as a decimal number; see {@link Attributes#decimal}. */
  static double number(Tensor tensor, int index) {
    double value = tensor.pick(new int[] {index}, new int[0]).toDoubles()[0];
    return tensor.type() == DataType.FLOAT ? Attributes.decimal((float) value) : value;
  }

  /** The size of {@code axis} of an input as shape arithmetic names it. */
  Entry size(int input, int axis) {
    return knowledge.size(node.input(input), axis);
  }

  /** A batch that is left open is no reason to fix sizes: it stays open in the smaller network. */
  Unmodelled dynamic(String what) {
    return new Unmodelled(DYNAMIC.formatted(what) + (knowledge.openSizes() ? HINT : ""));
  }

  static List<Integer> ints(List<Long> values) {
    List<Integer> narrow = new ArrayList<>(values.size());
    for (long value : values) {
      narrow.add(Math.toIntExact(value));
    }
    return narrow;
  }
}
