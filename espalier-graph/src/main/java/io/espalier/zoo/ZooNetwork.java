package io.espalier.zoo;

/**
 * One network of the zoo.
 *
 * @param name what the user types
 * @param description one line: the variant and what is particular about it
 * @param defaults classes and input shape of the published variant, seed 0
 */
public record ZooNetwork(String name, String description, ZooOptions defaults) {}
