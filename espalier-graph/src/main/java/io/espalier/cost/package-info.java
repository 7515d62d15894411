/**
 * What a network costs and what it may cost: multiply-accumulates, parameters and activation bytes
 * of each node ({@link io.espalier.cost.Cost}), and the limit that a cut has to meet ({@link
 * io.espalier.cost.Budget}).
 */
package io.espalier.cost;
