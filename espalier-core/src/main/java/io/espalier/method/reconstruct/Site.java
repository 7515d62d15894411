package io.espalier.method.reconstruct;

import io.espalier.channel.Carriage;
import java.util.Optional;

/**
 * A layer whose inputs can be chosen and whose weights can be fitted anew.
 *
 * @param layer the layer
 * @param carriage which unit each of its inputs belongs to
 * @param offset where a constant of its outputs can go
 * @param compensation what it can make up for at the end of a residual branch
 * @param order its turn: sites are dealt with in ascending order
 */
record Site(
    LinearLayer layer,
    Carriage carriage,
    Optional<Offset> offset,
    Optional<Compensation> compensation,
    int order) {
  String node() {
    return layer.node();
  }

  /** The unit of {@code group} that each input belongs to; -1 for inputs of others. */
  int[] unitsOf(int group) {
    int[] units = new int[carriage.size()];
    for (int i = 0; i < units.length; i++) {
      units[i] = carriage.group(i) == group ? carriage.unit(i) : -1;
    }
    return units;
  }
}
