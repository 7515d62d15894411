package io.espalier.channel;

import java.util.Arrays;

/** Which identities stay after a cut. */
@FunctionalInterface
interface Kept {
  boolean keeps(int id);

  /** How many of {@code ids} stay. */
  default int count(int[] ids) {
    return (int) Arrays.stream(ids).filter(this::keeps).count();
  }

  /** The positions in {@code ids} that stay, in order. */
  default int[] positions(int[] ids) {
    return java.util.stream.IntStream.range(0, ids.length).filter(i -> keeps(ids[i])).toArray();
  }
}
