package io.espalier.dynamic;

import java.util.Set;

/**
 * How a compact network skips.
 *
 * @param block how many neighbouring channels are computed or skipped together, where a layer's
 *     channels can be divided by it
 * @param masked layers that compute all channels, because skipping does not pay for them
 */
public record CompactOptions(int block, Set<String> masked) {
  public CompactOptions {
    masked = Set.copyOf(masked);
    if (block < 1) {
      throw new IllegalArgumentException("a block has 1 channel or more, but got " + block);
    }
  }

  /** Single channels, every layer that can. */
  public static CompactOptions defaults() {
    return new CompactOptions(1, Set.of());
  }

  public CompactOptions withBlock(int value) {
    return new CompactOptions(value, masked);
  }

  public CompactOptions withMasked(Set<String> layers) {
    return new CompactOptions(block, layers);
  }
}
