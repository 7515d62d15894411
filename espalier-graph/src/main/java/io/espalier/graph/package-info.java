/**
 * A network as an immutable value: {@link io.espalier.graph.Graph}, its nodes, operators, tensors
 * and types. Everything that changes a network is a function from one graph to another.
 */
package io.espalier.graph;
