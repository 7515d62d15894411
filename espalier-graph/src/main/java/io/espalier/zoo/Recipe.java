package io.espalier.zoo;

/** Lays the layers of a network; returns its last value, {@code [N, classes]}. */
@FunctionalInterface
interface Recipe {
  Feature lay(Layers net, ZooOptions options);
}
