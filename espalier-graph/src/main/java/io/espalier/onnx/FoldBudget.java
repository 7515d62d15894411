package io.espalier.onnx;

/**
 * How many elements the simplifier may make, whatever a file declares: a bounded number for each
 * value and for all, beside what the file itself holds.
 */
final class FoldBudget {
  static final long PER_VALUE = 1 << 20;

  /** Arithmetic costs more memory an element than moving. */
  static final long PER_COMPUTED_VALUE = 1 << 16;

  private long left;

  FoldBudget(long elementsOfTheFile) {
    left = 16 * PER_VALUE + 4 * elementsOfTheFile;
  }

  /** Takes {@code elements} if that many may be made from {@code source} elements. */
  boolean moves(long elements, long source) {
    return takes(elements, Math.max(PER_VALUE, source));
  }

  /** Takes {@code elements} if that many may be computed one by one. */
  boolean computes(long elements) {
    return takes(elements, PER_COMPUTED_VALUE);
  }

  private boolean takes(long elements, long most) {
    if (elements > most || elements > left) {
      return false;
    }
    left -= elements;
    return true;
  }
}
