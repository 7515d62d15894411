package io.espalier.channel;

import io.espalier.graph.Op;

/** The attributes of a node that change with its channels. */
record Edit(String node, Change change) {
  /** The operator for the channels that stay. */
  @FunctionalInterface
  interface Change {
    Op apply(Kept kept);
  }
}
