package io.espalier.channel;

import java.util.Collections;
import java.util.List;

/**
 * A value that carries some of the channels of another: a piece of a split, a slice, a gather. It
 * must keep one, as a layer must. Positions are as in {@link Member}, over the value's shape.
 */
public final class Passage {
  private final String value;
  private final List<Integer> space;
  private final int[][] positions;

  Passage(String value, List<Integer> space, int[][] positions) {
    this.value = value;
    this.space = Collections.unmodifiableList(space);
    this.positions = positions;
  }

  public String value() {
    return value;
  }

  /** Sizes of the index space, one an axis of the value. */
  public List<Integer> space() {
    return space;
  }

  /** The positions of {@code unit} in the index space, ascending. */
  public int[] positions(int unit) {
    return positions[unit].clone();
  }
}
