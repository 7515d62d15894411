package io.espalier.dynamic;

import java.util.Set;

/**
 * How a compact network skips.
 *
 * @param block how many neighbouring channels are computed or skipped together, where a layer's
 *     channels can be divided by it
 * @param masked layers that compute all channels, because skipping does not pay for them
 * @param layout how values that skip lie in memory
 */
public record CompactOptions(int block, Set<String> masked, Layout layout) {
  /** How values that skip lie in memory. */
  public enum Layout {
    /** Channel by channel: standard ONNX, for any runtime. */
    PLAIN,
    /**
     * Block by block, as ONNX Runtime itself does on a CPU, by its own operators, where shapes
     * allow it: for gates that were trained in such blocks, and processors of one kind.
     */
    BLOCKED
  }

  /** Channels of a block of ONNX Runtime on processors with AVX-512. */
  public static final int RUNTIME_BLOCK = 16;

  public CompactOptions {
    masked = Set.copyOf(masked);
    if (block < 1) {
      throw new IllegalArgumentException("a block has 1 channel or more, but got " + block);
    }
    if (layout == Layout.BLOCKED && block != 8 && block != RUNTIME_BLOCK) {
      throw new IllegalArgumentException(
          "ONNX Runtime's blocks have 8 or 16 channels, but got " + block);
    }
  }

  /** Single channels, every layer that can. */
  public static CompactOptions defaults() {
    return new CompactOptions(1, Set.of(), Layout.PLAIN);
  }

  /** Blocks as ONNX Runtime has them on processors with AVX-512. */
  public static CompactOptions blocked() {
    return new CompactOptions(RUNTIME_BLOCK, Set.of(), Layout.BLOCKED);
  }

  public CompactOptions withBlock(int value) {
    return new CompactOptions(value, masked, layout);
  }

  public CompactOptions withMasked(Set<String> layers) {
    return new CompactOptions(block, layers, layout);
  }
}
