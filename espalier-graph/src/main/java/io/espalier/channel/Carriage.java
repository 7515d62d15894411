package io.espalier.channel;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Which unit each position of a value belongs to. Positions run over an index space that broadcasts
 * to the value's shape: {@code [1, C, 1, 1]} for the feature maps {@code [N, C, H, W]} of C
 * channels.
 */
public final class Carriage {
  private final String value;
  private final List<Integer> space;
  private final int[] groups;
  private final int[] units;

  Carriage(String value, List<Integer> space, int[] groups, int[] units) {
    this.value = value;
    this.space = Collections.unmodifiableList(space);
    this.groups = groups;
    this.units = units;
  }

  public String value() {
    return value;
  }

  /** Sizes of the index space, one an axis of the value. */
  public List<Integer> space() {
    return space;
  }

  /** Number of positions. */
  public int size() {
    return groups.length;
  }

  /** Index of the group whose unit {@code position} belongs to; -1 if that is no unit. */
  public int group(int position) {
    return groups[position];
  }

  /** The unit of its group that {@code position} belongs to; -1 if it is none. */
  public int unit(int position) {
    return units[position];
  }

  /** Indices of the groups that the value carries units of, ascending. */
  public List<Integer> groups() {
    return Arrays.stream(groups).filter(g -> g >= 0).distinct().sorted().boxed().toList();
  }
}
