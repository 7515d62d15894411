package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Names for the nodes of a file: the given one where it is the first of its kind. */
final class UniqueNames {
  private final Set<String> given;
  private final Set<String> used = new HashSet<>();
  private final Map<String, Integer> next = new HashMap<>();

  UniqueNames(List<String> given) {
    this.given = new HashSet<>(given);
  }

  String of(NodeProto node) {
    String name = node.getName();
    if (!name.isEmpty() && used.add(name)) {
      return name;
    }
    return fresh(name.isEmpty() ? node.getOpType() : name);
  }

  /** A name for a node that the file does not have. */
  String own(String operator, String value) {
    return fresh(operator + "_" + value);
  }

  private String fresh(String stem) {
    while (true) {
      String candidate = stem + "_" + next.merge(stem, 1, Integer::sum);
      if (!given.contains(candidate) && used.add(candidate)) {
        return candidate;
      }
    }
  }
}
