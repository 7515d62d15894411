package io.espalier.graph;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over the parts of a network that a plan depends on: ports, nodes and weights. */
public final class GraphDigest {
  private GraphDigest() {}

  /** The digest of {@code graph} as 64 hexadecimal digits; the header does not count. */
  public static String of(Graph graph) {
    MessageDigest sha = sha256();
    graph.inputs().forEach(port -> add(sha, port.toString()));
    graph.outputs().forEach(port -> add(sha, port.toString()));
    for (Node node : graph.nodes()) {
      add(sha, node.toString());
      if (node.op() instanceof Op.Opaque opaque) {
        sha.update(opaque.payload().toArray());
      }
    }
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              add(sha, name + tensor);
              sha.update(tensor.digest());
            });
    return HexFormat.of().formatHex(sha.digest());
  }

  private static void add(MessageDigest sha, String text) {
    sha.update(text.getBytes(StandardCharsets.UTF_8));
    sha.update((byte) 0);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
