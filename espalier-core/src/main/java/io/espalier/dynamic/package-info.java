/**
 * Networks that choose their channels for each sample while they run. Self-adaptive network pruning
 * (SANP) and its rivals: gates as a change of the graph, their description in the file, training,
 * and the cost of each sample.
 */
package io.espalier.dynamic;
