package io.espalier.torch;

import io.espalier.graph.Node;

/**
 * One node, ready to run.
 *
 * @param in slots of its inputs; -1 for one left out
 * @param out slots of its outputs; -1 for one left out
 * @param release slots that nobody reads after this step
 */
record Step(Node node, Kernel kernel, int[] in, int[] out, int[] release) {}
