package io.espalier.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a file says about itself.
 *
 * @param irVersion version of the ONNX container
 * @param opsets operator-set version by domain; the standard domain is the empty string
 * @param producer name of the program that wrote the file
 * @param producerVersion its version
 * @param documentation free text
 * @param metadata key-value pairs, in file order
 */
public record Header(
    long irVersion,
    Map<String, Long> opsets,
    String producer,
    String producerVersion,
    String documentation,
    Map<String, String> metadata) {
  public Header {
    opsets = Collections.unmodifiableMap(new LinkedHashMap<>(opsets));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    if (!opsets.containsKey("")) {
      throw new IllegalArgumentException("a network needs a version of the standard operator set");
    }
  }

  /** The header of a network that this library makes. */
  public static Header created() {
    return new Header(8, Map.of("", 17L), "espalier", "", "", Map.of());
  }

  /** Version of the standard operator set. */
  public int opset() {
    return Math.toIntExact(opsets.get(""));
  }

  /** This header with one more metadata entry. */
  public Header withMetadata(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(metadata);
    more.put(key, value);
    return new Header(irVersion, opsets, producer, producerVersion, documentation, more);
  }

  /** This header without the metadata entry {@code key}, if it has one. */
  public Header withoutMetadata(String key) {
    Map<String, String> fewer = new LinkedHashMap<>(metadata);
    fewer.remove(key);
    return new Header(irVersion, opsets, producer, producerVersion, documentation, fewer);
  }

  /** This header with another version of the standard operator set. */
  public Header withOpset(long version) {
    return withOpset("", version);
  }

  /** This header with another version of the operator set of {@code domain}. */
  public Header withOpset(String domain, long version) {
    Map<String, Long> changed = new LinkedHashMap<>(opsets);
    changed.put(domain, version);
    return new Header(irVersion, changed, producer, producerVersion, documentation, metadata);
  }
}
