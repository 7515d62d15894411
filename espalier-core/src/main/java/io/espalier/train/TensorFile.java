package io.espalier.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.file.AtomicFile;
import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file of JSON and named arrays: eight bytes of magic, the length of the index (int32), the index
 * (JSON), the arrays' bytes in the order of the index, and the SHA-256 of all that. Numbers are
 * little-endian. A file is not trusted: no size that it states is believed before it is held
 * against the length of the file.
 */
public final class TensorFile {
  private static final byte[] MAGIC = "ESPTENS1".getBytes(StandardCharsets.US_ASCII);
  private static final int HEAD = MAGIC.length + Integer.BYTES;
  private static final int DIGEST = 32;

  /**
   * What a file holds.
   *
   * @param json whatever goes with the arrays
   * @param sections arrays by name, by section
   */
  public record Content(JsonNode json, Map<String, Map<String, Tensor>> sections) {
    public Content {
      Map<String, Map<String, Tensor>> copy = new LinkedHashMap<>();
      sections.forEach(
          (name, tensors) ->
              copy.put(name, Collections.unmodifiableMap(new LinkedHashMap<>(tensors))));
      sections = Collections.unmodifiableMap(copy);
    }

    /** The arrays of section {@code name}; empty if there are none. */
    public Map<String, Tensor> section(String name) {
      return sections.getOrDefault(name, Map.of());
    }
  }

  private TensorFile() {}

  /** Writes {@code content} so that after a crash the file is the old one or the new one. */
  public static void write(Path file, Content content) throws IOException {
    AtomicFile.write(file, out -> write(out, content));
  }

  private static void write(OutputStream out, Content content) throws IOException {
    MessageDigest digest = Digests.sha256();
    DigestOutputStream body = new DigestOutputStream(out, digest);
    byte[] index = Json.MAPPER.writeValueAsBytes(index(content));
    ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN);
    body.write(head.put(MAGIC).putInt(index.length).array());
    body.write(index);
    byte[] chunk = new byte[1 << 16];
    for (Map<String, Tensor> section : content.sections().values()) {
      for (Tensor tensor : section.values()) {
        writeTensor(body, tensor, chunk);
      }
    }
    out.write(digest.digest());
  }

  private static void writeTensor(OutputStream out, Tensor tensor, byte[] chunk)
      throws IOException {
    ByteBuffer bytes = tensor.buffer();
    while (bytes.hasRemaining()) {
      int count = Math.min(bytes.remaining(), chunk.length);
      bytes.get(chunk, 0, count);
      out.write(chunk, 0, count);
    }
  }

  private static ObjectNode index(Content content) {
    ObjectNode index = Json.MAPPER.createObjectNode();
    index.set("json", content.json());
    ArrayNode tensors = index.putArray("tensors");
    content
        .sections()
        .forEach(
            (section, entries) ->
                entries.forEach((name, tensor) -> addEntry(tensors, section, name, tensor)));
    return index;
  }

  private static void addEntry(ArrayNode tensors, String section, String name, Tensor tensor) {
    ObjectNode entry = tensors.addObject().put("section", section).put("name", name);
    entry.put("type", tensor.type().name());
    ArrayNode shape = entry.putArray("shape");
    Arrays.stream(tensor.shape()).forEach(shape::add);
  }

  /**
   * Reads a file.
   *
   * @throws TrainException if the file is damaged or is none of this kind
   */
  public static Content read(Path file) {
    MessageDigest digest = Digests.sha256();
    try (DigestInputStream digested =
            new DigestInputStream(
                new BufferedInputStream(Files.newInputStream(file), 1 << 16), digest);
        DataInputStream in = new DataInputStream(digested)) {
      Content content = readBody(in, Files.size(file));
      byte[] expected = digest.digest();
      if (!Arrays.equals(expected, in.readNBytes(DIGEST))) {
        throw new IllegalArgumentException("its contents do not match its SHA-256");
      }
      return content;
    } catch (RuntimeException | IOException damage) {
      String reason = String.valueOf(damage.getMessage()).lines().findFirst().orElse("");
      throw new TrainException(
          "%s cannot be read: %s".formatted(file.getFileName(), reason), damage);
    }
  }

  private static Content readBody(DataInputStream in, long size) throws IOException {
    long rest = size - HEAD - DIGEST;
    if (rest < 0 || !Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
      throw new IllegalArgumentException("it does not begin like a file of this version");
    }
    int indexLength = Integer.reverseBytes(in.readInt());
    if (indexLength < 2 || indexLength > rest) {
      throw new IllegalArgumentException("index of %d bytes in %d".formatted(indexLength, rest));
    }
    JsonNode index = Json.MAPPER.readTree(in.readNBytes(indexLength));
    Map<String, Map<String, Tensor>> sections =
        readTensors(in, index.path("tensors"), rest - indexLength);
    return new Content(index.path("json"), sections);
  }

  private static Map<String, Map<String, Tensor>> readTensors(
      DataInputStream in, JsonNode entries, long available) throws IOException {
    Map<String, Map<String, Tensor>> sections = new LinkedHashMap<>();
    long rest = available;
    for (JsonNode entry : entries) {
      Tensor tensor = readTensor(in, entry, rest);
      rest -= tensor.byteCount();
      sections
          .computeIfAbsent(entry.path("section").asText(), key -> new LinkedHashMap<>())
          .put(entry.path("name").asText(), tensor);
    }
    if (rest != 0) {
      throw new IllegalArgumentException("%d bytes belong to no tensor".formatted(rest));
    }
    return sections;
  }

  private static Tensor readTensor(DataInputStream in, JsonNode entry, long available)
      throws IOException {
    DataType type = DataType.valueOf(entry.path("type").asText());
    int[] shape = new int[entry.path("shape").size()];
    long bytes = type.bytes();
    if (type == DataType.OTHER) {
      throw new IllegalArgumentException("there are no tensors of unknown type");
    }
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = entry.path("shape").path(axis).asInt(-1);
      bytes = Math.multiplyExact(bytes, (long) shape[axis]);
      if (shape[axis] < 0 || bytes > available) {
        throw new IllegalArgumentException(
            "tensor '%s' does not fit the file".formatted(entry.path("name").asText()));
      }
    }
    return Tensor.of(type, shape, in.readNBytes(Math.toIntExact(bytes)));
  }
}
