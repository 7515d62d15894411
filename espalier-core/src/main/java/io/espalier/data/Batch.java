package io.espalier.data;

/**
 * Normalised images and their labels. The arrays belong to the {@link BatchStream} and are filled
 * anew: they are valid until the next batch is taken or the stream is closed.
 *
 * @param images {@code [N, C, H, W]}, exactly that many values
 * @param labels one an image, -1 for none
 * @param count number of images, N
 * @param shape {@code [N, C, H, W]}
 */
public record Batch(float[] images, long[] labels, int count, long[] shape) {}
