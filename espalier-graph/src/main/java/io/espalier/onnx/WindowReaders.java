package io.espalier.onnx;

import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import io.espalier.graph.Window;
import io.espalier.graph.Window.AutoPad;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Readers of convolutions, poolings and pixel shuffles. */
final class WindowReaders {
  private WindowReaders() {}

  static Op conv(NodeView node) {
    return new Op.Conv(window(node, weightKernel(node)), groups(node));
  }

  static Op convTranspose(NodeView node) {
    Window window = window(node, weightKernel(node));
    List<Integer> outputShape = ints(node, "output_shape", List.of());
    // The attribute may hold the whole shape; its end is what counts.
    int rank = Math.min(window.rank(), outputShape.size());
    return new Op.ConvTranspose(
        window,
        groups(node),
        ints(node, "output_padding", List.of()),
        outputShape.subList(outputShape.size() - rank, outputShape.size()));
  }

  static Op maxPool(NodeView node) {
    node.attributes().only("storage_order", 0);
    return new Op.MaxPool(window(node, poolKernel(node)), ceil(node));
  }

  static Op averagePool(NodeView node) {
    boolean counted = node.attributes().flag("count_include_pad", false);
    return new Op.AveragePool(window(node, poolKernel(node)), ceil(node), counted);
  }

  static Op depthToSpace(NodeView node) {
    String mode = node.attributes().text("mode", "DCR");
    if (!mode.equals("DCR") && !mode.equals("CRD")) {
      throw new Unmodelled("its mode " + mode + " is not modelled");
    }
    return new Op.DepthToSpace(block(node), mode.equals("CRD"));
  }

  static Op spaceToDepth(NodeView node) {
    return new Op.SpaceToDepth(block(node));
  }

  private static int block(NodeView node) {
    int block = Math.toIntExact(node.attributes().integer("blocksize", 0));
    if (block < 1) {
      throw new OnnxException("attribute 'blocksize' must be 1 or more, but got " + block);
    }
    return block;
  }

  private static int groups(NodeView node) {
    return Math.toIntExact(node.attributes().integer("group", 1));
  }

  private static boolean ceil(NodeView node) {
    return node.attributes().flag("ceil_mode", false);
  }

  private static List<Integer> poolKernel(NodeView node) {
    return kernelAttribute(node)
        .orElseThrow(() -> new OnnxException("attribute 'kernel_shape' is missing"));
  }

  private static Optional<List<Integer>> kernelAttribute(NodeView node) {
    return node.attributes().integers("kernel_shape").map(NodeView::ints);
  }

  private static List<Integer> weightKernel(NodeView node) {
    return kernelAttribute(node).orElseGet(() -> spatial(node.shape(1)));
  }

  private static List<Integer> spatial(Shape weight) {
    if (weight.rank() < 3 || !weight.isFixed()) {
      throw new OnnxException("the weight must be [O, I, k...], but is " + weight);
    }
    return weight.dims().stream().skip(2).map(dim -> Math.toIntExact(dim.size())).toList();
  }

  private static Window window(NodeView node, List<Integer> kernel) {
    int rank = kernel.size();
    if (rank < 1 || rank > 3) {
      throw new Unmodelled("it has " + rank + " spatial axes; 1 to 3 are modelled");
    }
    AutoPad autoPad = autoPad(node);
    List<Integer> none = Collections.nCopies(2 * rank, 0);
    List<Integer> pads = ints(node, "pads", none);
    return new Window(
        kernel,
        ints(node, "strides", Collections.nCopies(rank, 1)),
        ints(node, "dilations", Collections.nCopies(rank, 1)),
        autoPad == AutoPad.NOTSET ? pads : none,
        autoPad);
  }

  private static AutoPad autoPad(NodeView node) {
    String name = node.attributes().text("auto_pad", "NOTSET");
    return Arrays.stream(AutoPad.values())
        .filter(kind -> kind.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new OnnxException("attribute 'auto_pad' is '" + name + "'"));
  }

  private static List<Integer> ints(NodeView node, String name, List<Integer> otherwise) {
    return node.attributes().integers(name).map(NodeView::ints).orElse(otherwise);
  }
}
