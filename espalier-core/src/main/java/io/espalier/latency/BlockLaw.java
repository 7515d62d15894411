package io.espalier.latency;

/**
 * What a convolution costs in ONNX Runtime on a CPU with AVX-512, in MACs of its fastest kernel: a
 * channel count that is a multiple of 4 costs what the count rounded up to 16 costs; any other
 * sends the convolution to a plain kernel, which runs at a fraction of that speed. docs/latency.md
 * has the measurements behind it.
 */
final class BlockLaw {
  static final int BLOCK = 16;
  static final int STEP = 4;

  private static final double PLAIN_SPEED = 0.75;
  private static final double PLAIN_SPEED_POINTWISE = 0.45;

  private BlockLaw() {}

  static double cost(ConvShape shape) {
    return shape.isPlain()
        ? plainCost(shape)
        : scaled(shape, up(shape.inputs()), up(shape.outputs()));
  }

  /**
   * The cost with every channel count at one block, the least that keeps to whole blocks; a grouped
   * convolution, whose groups no alignment of the whole count changes, stays as it is.
   */
  static double leastCost(ConvShape shape) {
    boolean grouped = shape.groups() > 1 && !shape.isDepthwise();
    return grouped ? cost(shape) : scaled(shape, BLOCK, BLOCK);
  }

  private static double plainCost(ConvShape shape) {
    boolean slow = shape.pointwise() || shape.isDepthwise();
    return shape.macs() / (slow ? PLAIN_SPEED_POINTWISE : PLAIN_SPEED);
  }

  private static double scaled(ConvShape shape, int inputs, int outputs) {
    double wider = (double) outputs / shape.outputs();
    // A depthwise convolution has one input channel for each output; an image keeps its channels.
    double deeper = shape.first() || shape.isDepthwise() ? 1 : (double) inputs / shape.inputs();
    return shape.macs() * wider * deeper;
  }

  private static int up(int count) {
    return (count + BLOCK - 1) / BLOCK * BLOCK;
  }
}
