package io.espalier.torch;

import java.util.List;
import java.util.Map;

/**
 * A graph as a list of steps over numbered slots, one a value.
 *
 * @param slots number of each value
 * @param inputs values that the caller feeds
 * @param outputs values that the caller gets
 * @param weights initializers that the steps or the outputs read, in the order of the nodes
 * @param steps in the order in which they run
 */
record Program(
    Map<String, Integer> slots,
    List<String> inputs,
    List<String> outputs,
    List<String> weights,
    List<Step> steps) {

  int slot(String value) {
    Integer slot = slots.get(value);
    if (slot == null) {
      throw new IllegalArgumentException("the network has no value '" + value + "'");
    }
    return slot;
  }
}
