package io.espalier.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The sliding window of a convolution or pooling, one entry a spatial axis.
 *
 * @param kernel size of the window; for a convolution the spatial size of its weight
 * @param strides step between two windows
 * @param dilations distance between two taps
 * @param pads zeros before each axis, then after each axis: {@code [top, left, bottom, right]};
 *     ignored unless {@code autoPad} is {@code NOTSET}
 * @param autoPad how the padding follows from the input's size
 */
public record Window(
    List<Integer> kernel,
    List<Integer> strides,
    List<Integer> dilations,
    List<Integer> pads,
    AutoPad autoPad) {
  /** ONNX's {@code auto_pad}. */
  public enum AutoPad {
    NOTSET,
    SAME_UPPER,
    SAME_LOWER,
    VALID
  }

  public Window {
    kernel = List.copyOf(kernel);
    strides = List.copyOf(strides);
    dilations = List.copyOf(dilations);
    pads = List.copyOf(pads);
    int rank = kernel.size();
    if (strides.size() != rank || dilations.size() != rank || pads.size() != 2 * rank) {
      throw new IllegalArgumentException(
          "window of %d axes needs %d strides, %d dilations and %d pads, but got %s, %s and %s"
              .formatted(rank, rank, rank, 2 * rank, strides, dilations, pads));
    }
    requireAtLeast("kernel", kernel, 1);
    requireAtLeast("strides", strides, 1);
    requireAtLeast("dilations", dilations, 1);
  }

  /** A square window over {@code rank} axes. */
  public static Window square(int rank, int kernel, int stride, int padding) {
    return new Window(
        Collections.nCopies(rank, kernel),
        Collections.nCopies(rank, stride),
        Collections.nCopies(rank, 1),
        Collections.nCopies(2 * rank, padding),
        AutoPad.NOTSET);
  }

  /** Number of spatial axes. */
  public int rank() {
    return kernel.size();
  }

  /** Taps of the window: the product of the kernel's sizes. */
  public long taps() {
    return kernel.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  /** Positions that one window spans along {@code axis}. */
  public long extent(int axis) {
    return (long) dilations.get(axis) * (kernel.get(axis) - 1) + 1;
  }

  /** True when the padding is known without the input's size. */
  public boolean hasFixedPads() {
    return autoPad == AutoPad.NOTSET || autoPad == AutoPad.VALID;
  }

  /**
   * The pads for an input of the given spatial sizes, as in {@link #pads()}.
   *
   * @param sizes spatial sizes; read only where {@code autoPad} is one of the SAME kinds
   */
  public List<Integer> padsFor(List<Long> sizes) {
    if (autoPad == AutoPad.NOTSET) {
      return pads;
    }
    List<Integer> begin = new ArrayList<>();
    List<Integer> end = new ArrayList<>();
    for (int axis = 0; axis < rank(); axis++) {
      long total = autoPad == AutoPad.VALID ? 0 : samePadding(axis, sizes.get(axis));
      long small = total / 2;
      boolean upper = autoPad != AutoPad.SAME_LOWER;
      begin.add(Math.toIntExact(upper ? small : total - small));
      end.add(Math.toIntExact(upper ? total - small : small));
    }
    begin.addAll(end);
    return begin;
  }

  private long samePadding(int axis, long size) {
    long stride = strides.get(axis);
    long out = (size + stride - 1) / stride;
    return Math.max(0, (out - 1) * stride + extent(axis) - size);
  }

  private static void requireAtLeast(String what, List<Integer> values, int least) {
    for (int value : values) {
      if (value < least) {
        throw new IllegalArgumentException(
            "%s must be %d or more, but got %s".formatted(what, least, values));
      }
    }
  }
}
