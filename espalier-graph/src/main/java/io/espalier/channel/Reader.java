package io.espalier.channel;

import java.util.Collections;
import java.util.List;

/**
 * A place that sums out channels of a group: input {@code input} of {@code node}. Positions are as
 * in {@link Member}, over the shape of the value that is read.
 */
public final class Reader {
  private final String node;
  private final int input;
  private final List<Integer> space;
  private final int[][] positions;

  Reader(String node, int input, List<Integer> space, int[][] positions) {
    this.node = node;
    this.input = input;
    this.space = Collections.unmodifiableList(space);
    this.positions = positions;
  }

  public String node() {
    return node;
  }

  public int input() {
    return input;
  }

  /** Sizes of the index space, one an axis of the value that is read. */
  public List<Integer> space() {
    return space;
  }

  /** The positions of {@code unit} in the index space, ascending. */
  public int[] positions(int unit) {
    return positions[unit].clone();
  }
}
