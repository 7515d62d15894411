package io.espalier.method.reconstruct;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** Numbers the units among the inputs of a site: inputs of one unit are one channel. */
final class Channels {
  private Channels() {}

  /**
   * The channel of each input, numbered from 0 in the order of the inputs.
   *
   * @param counts which inputs count; the others get -1
   */
  static int[] of(Site site, IntPredicate counts) {
    Map<List<Integer>, Integer> numbers = new HashMap<>();
    int[] channels = new int[site.carriage().size()];
    for (int i = 0; i < channels.length; i++) {
      int group = site.carriage().group(i);
      List<Integer> unit = List.of(group, group < 0 ? i : site.carriage().unit(i));
      channels[i] = counts.test(i) ? numbers.computeIfAbsent(unit, key -> numbers.size()) : -1;
    }
    return channels;
  }
}
