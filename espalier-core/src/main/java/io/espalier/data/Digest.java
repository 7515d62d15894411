package io.espalier.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over values; every value is preceded by its length, so that no two lists run together.
 */
final class Digest {
  private final MessageDigest sha;

  Digest() {
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  Digest add(byte[] bytes) {
    add(bytes.length);
    sha.update(bytes);
    return this;
  }

  Digest add(long value) {
    sha.update(ByteBuffer.allocate(Long.BYTES).putLong(value).flip());
    return this;
  }

  Digest add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Size, class names and labels. */
  Digest add(Dataset data) {
    add(data.channels()).add(data.height()).add(data.width()).add(data.classNames().size());
    data.classNames().forEach(this::add);
    add(data.size());
    for (int i = 0; i < data.size(); i++) {
      add(data.label(i));
    }
    return this;
  }

  /** What no size tells: nothing but a crop. */
  Digest add(Framing framing) {
    framing.toMetadata().forEach((key, value) -> add(key).add(value));
    return this;
  }

  /** The end: the digest in hexadecimal. */
  String hex() {
    return HexFormat.of().formatHex(sha.digest());
  }
}
