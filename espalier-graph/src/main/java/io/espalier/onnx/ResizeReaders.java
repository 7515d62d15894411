package io.espalier.onnx;

import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Readers of Resize in its forms since opset 10, and of Upsample before it. */
final class ResizeReaders {
  private static final double CUBIC = -0.75;
  private static final Set<String> COORDINATES =
      Set.of(
          "half_pixel",
          "half_pixel_symmetric",
          "pytorch_half_pixel",
          "align_corners",
          "asymmetric",
          "tf_half_pixel_for_nn");

  private ResizeReaders() {}

  static Op upsample(NodeView node) {
    if (node.opset() > 9) {
      throw new Unmodelled("the operator Upsample ended with opset 9");
    }
    List<Double> scales =
        node.opset() < 9
            ? node.attributes().reals("scales").orElseThrow(ResizeReaders::missing)
            : scales(node, 1).orElseThrow(ResizeReaders::missing);
    return old(node, scales);
  }

  static Op resize(NodeView node) {
    if (node.opset() < 11) {
      return old(node, scales(node, 1).orElseThrow(ResizeReaders::missing));
    }
    String coordinates = node.attributes().text("coordinate_transformation_mode", "half_pixel");
    if (!COORDINATES.contains(coordinates)) {
      throw new Unmodelled("its coordinates " + coordinates + " are not modelled");
    }
    node.absorbFrom(1);
    node.attributes().only("antialias", 0);
    node.attributes().excuse("extrapolation_value");
    String policy = node.attributes().text("keep_aspect_ratio_policy", "stretch");
    if (!policy.equals("stretch")) {
      throw new Unmodelled("its aspect ratio policy " + policy + " is not modelled");
    }
    return scaledOrSized(node, coordinates);
  }

  private static Op scaledOrSized(NodeView node, String coordinates) {
    String mode = mode(node.attributes().text("mode", "nearest"));
    String nearest = node.attributes().text("nearest_mode", "round_prefer_floor");
    double cubic = node.attributes().real("cubic_coeff_a", CUBIC);
    boolean exclude = node.attributes().flag("exclude_outside", false);
    List<Integer> axes = axes(node);
    Optional<List<Double>> scales = scales(node, 2).filter(list -> !list.isEmpty());
    if (scales.isPresent()) {
      List<Double> all = spread(node, axes, scales.get(), 1.0);
      return new Op.Resize(mode, coordinates, nearest, cubic, exclude, all, List.of());
    }
    Known sizes = node.constant(3, "its output size").orElseThrow(ResizeReaders::missing);
    List<Long> all = spread(node, axes, sizes(node, axes, sizes), -1L);
    return new Op.Resize(mode, coordinates, nearest, cubic, exclude, List.of(), all);
  }

  /** The rule of opset 10 and before, in today's words. */
  private static Op old(NodeView node, List<Double> scales) {
    String mode = mode(node.attributes().text("mode", "nearest"));
    boolean grows = scales.stream().allMatch(scale -> scale >= 1);
    if (mode.equals("nearest") && !grows && scales.stream().anyMatch(scale -> scale > 1)) {
      throw new Unmodelled("it grows one axis and shrinks another by the rule of opset 10");
    }
    String nearest = grows || !mode.equals("nearest") ? "floor" : "ceil";
    return new Op.Resize(mode, "asymmetric", nearest, CUBIC, false, scales, List.of());
  }

  private static String mode(String mode) {
    // Upsample said bilinear before its mode was called linear.
    String name = mode.equals("bilinear") ? "linear" : mode;
    if (!Set.of("nearest", "linear", "cubic").contains(name)) {
      throw new Unmodelled("its mode " + mode + " is not modelled");
    }
    return name;
  }

  private static Optional<List<Double>> scales(NodeView node, int input) {
    Optional<Tensor> tensor = node.numbers(input, "its scale");
    return tensor.map(
        scales ->
            IntStream.range(0, scales.elements())
                .mapToObj(i -> NodeView.number(scales, i))
                .toList());
  }

  /** The axes that scales or sizes speak of; all of them unless an attribute says which. */
  private static List<Integer> axes(NodeView node) {
    int rank = node.shape(0).rank();
    return node.attributes()
        .integers("axes")
        .map(axes -> NodeView.ints(axes).stream().map(axis -> axis(axis, rank)).toList())
        .orElseGet(() -> IntStream.range(0, rank).boxed().toList());
  }

  private static int axis(int axis, int rank) {
    if (axis < -rank || axis >= rank) {
      throw new OnnxException("axis %d is not one of %d axes".formatted(axis, rank));
    }
    return axis < 0 ? axis + rank : axis;
  }

  private static List<Long> sizes(NodeView node, List<Integer> axes, Known sizes) {
    List<Long> list = new ArrayList<>();
    for (int i = 0; i < Math.min(sizes.elements(), axes.size()); i++) {
      Entry entry = sizes.entry(i);
      if (entry.isNumber()) {
        list.add(entry.whole());
      } else if (entry.same(node.size(0, axes.get(i)))) {
        list.add(-1L);
      } else {
        throw node.dynamic("its output size");
      }
    }
    return list;
  }

  private static <T> List<T> spread(NodeView node, List<Integer> axes, List<T> some, T otherwise) {
    if (some.size() != axes.size()) {
      throw new OnnxException(
          "expected a scale or size for each of the axes %s, got %s".formatted(axes, some));
    }
    List<T> all = new ArrayList<>(Collections.nCopies(node.shape(0).rank(), otherwise));
    for (int i = 0; i < some.size(); i++) {
      all.set(axes.get(i), some.get(i));
    }
    return all;
  }

  private static OnnxException missing() {
    return new OnnxException("scales or sizes are missing");
  }
}
