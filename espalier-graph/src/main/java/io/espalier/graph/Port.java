package io.espalier.graph;

/** An input or output of a network: the name of a value and its declared type. */
public record Port(String name, ValueType type) {}
