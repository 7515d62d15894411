package io.espalier.train;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of the things that a run depends on. */
final class Digests {
  private Digests() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  static String of(String text) {
    return hex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Of the structure and the weights; names count, file headers do not. */
  static String of(Graph graph) {
    MessageDigest digest = sha256();
    update(digest, graph.inputs().toString());
    update(digest, graph.outputs().toString());
    for (Node node : graph.nodes()) {
      update(digest, node.toString());
      if (node.op() instanceof Op.Opaque opaque) {
        digest.update(opaque.payload().toArray());
      }
    }
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              update(digest, name + tensor);
              digest.update(tensor.buffer());
            });
    return hex(digest.digest());
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }
}
