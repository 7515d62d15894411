package io.espalier.dynamic;

/**
 * Which channels of a value a batch uses, as values of a compact network. A value that is packed
 * holds these channels alone, in ascending order.
 *
 * @param channels of the whole value
 * @param block how many neighbouring channels are used or skipped together
 * @param marks value {@code [channels / block]}: above 0 for the blocks in use
 * @param blocks value {@code [used]}, int64: the numbers of the blocks in use, one or more
 * @param rows value {@code [used * block]}, int64: the numbers of their channels
 */
record Packing(int channels, int block, String marks, String blocks, String rows) {
  int count() {
    return channels / block;
  }
}
