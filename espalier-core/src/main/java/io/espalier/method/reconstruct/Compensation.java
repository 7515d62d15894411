package io.espalier.method.reconstruct;

/**
 * The other summand of the sum that a branch ends in. What has become different there, the branch's
 * last layer can make up for: {@code Y1 - Y1' + Y2} instead of {@code Y2}.
 *
 * @param value the other summand, of the shape that the layer makes
 * @param factors what a difference of 1 in the sum is at the layer's output, one a channel: {@code
 *     sigma / gamma} of a batch normalisation between the two, else 1
 */
record Compensation(String value, float[] factors) {}
