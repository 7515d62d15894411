package io.espalier.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The target of a Reshape in numbers. A size that waits for the inputs is written as 0 where it is
 * the input's own at that place, and otherwise as -1, which can be done once.
 */
record ReshapeTarget(NodeView node, boolean allowZero) {
  /** The sizes, or nothing if two of them stay open. */
  Optional<List<Long>> sizes(Known target) {
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < target.elements(); i++) {
      Entry entry = target.entry(i);
      boolean copies = !allowZero && i < rank() && entry.same(node.size(0, i));
      shape.add(entry.isNumber() ? entry.whole() : copies ? 0 : -1L);
    }
    if (target instanceof Known.Numbers || inferred(shape) <= 1) {
      return Optional.of(shape);
    }
    return rest(target, shape).filter(sizes -> inferred(sizes) <= 1);
  }

  private int rank() {
    return node.shape(0).rank();
  }

  private static long inferred(List<Long> shape) {
    return shape.stream().filter(size -> size == -1).count();
  }

  /** The shape with a number for the file's own -1, where all open sizes stand on both sides. */
  private Optional<List<Long>> rest(Known target, List<Long> shape) {
    List<Entry> named = new ArrayList<>();
    int rest = -1;
    for (int i = 0; i < target.elements(); i++) {
      if (target.entry(i).is(-1)) {
        rest = i;
      } else {
        named.add(shape.get(i) == 0 && i < rank() ? node.size(0, i) : target.entry(i));
      }
    }
    List<Entry> own = new ArrayList<>();
    for (int axis = 0; axis < rank(); axis++) {
      own.add(node.size(0, axis));
    }
    long left = product(named);
    long elements = product(own);
    if (rest < 0 || left <= 0 || elements % left != 0 || !symbols(named).equals(symbols(own))) {
      return Optional.empty();
    }
    List<Long> result = new ArrayList<>(shape);
    result.set(rest, elements / left);
    return Optional.of(result);
  }

  private static long product(List<Entry> sizes) {
    return sizes.stream()
        .filter(Entry::isNumber)
        .mapToLong(Entry::whole)
        .reduce(1, Math::multiplyExact);
  }

  private static List<String> symbols(List<Entry> sizes) {
    return sizes.stream().filter(size -> !size.isNumber()).map(Entry::symbol).sorted().toList();
  }
}
