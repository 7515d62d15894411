/**
 * Well-known networks as graphs with seeded random weights, ready to be trained: see {@link
 * io.espalier.zoo.Zoo}.
 */
package io.espalier.zoo;
