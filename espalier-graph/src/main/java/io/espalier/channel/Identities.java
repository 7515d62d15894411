package io.espalier.channel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The identities of a network and their classes (union-find), with the reason of each frozen one.
 */
final class Identities {
  /**
   * Where an identity came into the world: position {@code position} of what {@code node} makes.
   */
  record Birth(String node, int position) {}

  private int[] parent = new int[1024];
  private int count;
  private final List<Birth> births = new ArrayList<>();
  private final Map<Integer, String> reasons = new HashMap<>();

  /** {@code size} new identities, born at {@code node}. */
  int[] create(String node, int size) {
    int[] ids = new int[size];
    for (int i = 0; i < size; i++) {
      if (count == parent.length) {
        parent = Arrays.copyOf(parent, 2 * count);
      }
      parent[count] = count;
      births.add(new Birth(node, i));
      ids[i] = count++;
    }
    return ids;
  }

  int count() {
    return count;
  }

  Birth birth(int id) {
    return births.get(id);
  }

  /** The class of {@code id}: its smallest identity. */
  int find(int id) {
    int root = id;
    while (parent[root] != root) {
      root = parent[root];
    }
    while (parent[id] != root) {
      int next = parent[id];
      parent[id] = root;
      id = next;
    }
    return root;
  }

  void unify(int a, int b) {
    int rootA = find(a);
    int rootB = find(b);
    if (rootA == rootB) {
      return;
    }
    int root = Math.min(rootA, rootB);
    int child = Math.max(rootA, rootB);
    parent[child] = root;
    String reason = reasons.remove(child);
    if (reason != null) {
      reasons.putIfAbsent(root, reason);
    }
  }

  void unify(int[] a, int[] b) {
    for (int i = 0; i < a.length; i++) {
      unify(a[i], b[i]);
    }
  }

  /** Says that the classes of {@code ids} cannot be removed, and why. */
  void freeze(int[] ids, String reason) {
    for (int id : ids) {
      reasons.putIfAbsent(find(id), reason);
    }
  }

  Optional<String> frozen(int id) {
    return Optional.ofNullable(reasons.get(find(id)));
  }
}
