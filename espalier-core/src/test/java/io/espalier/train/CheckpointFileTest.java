package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.file.AtomicFile;
import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFileTest {
  @TempDir Path folder;

  @Test
  void checkpoint_writtenAndRead_isEqual() throws IOException {
    Checkpoint checkpoint = checkpoint(3, 17);
    Path file = folder.resolve("a.ckpt");
    CheckpointFile.write(file, checkpoint);
    Checkpoint read = CheckpointFile.read(file);
    assertEquals(checkpoint, read);
    assertEquals(
        checkpoint.section("weights").keySet().stream().toList(),
        read.section("weights").keySet().stream().toList());
    assertFalse(Files.exists(AtomicFile.temporary(folder.resolve("a.ckpt"))));
  }

  @Test
  void file_cutAnywhere_isRefusedInOneLine() throws IOException {
    byte[] whole = bytes();
    for (int length = 0; length < whole.length; length += 7) {
      assertRefused(Arrays.copyOf(whole, length));
    }
    assertRefused(Arrays.copyOf(whole, whole.length + 1));
  }

  @Test
  void file_withAnyBitFlipped_isRefusedInOneLine() throws IOException {
    byte[] whole = bytes();
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 500; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      assertRefused(damaged);
    }
  }

  @Test
  void index_withHugeOrBrokenTensors_isRefusedThoughItsDigestIsRight() throws IOException {
    String[] shapes = {"[2147483647, 2147483647]", "[1000000]", "[-1]", "[1.5e9]", "[\"x\"]"};
    for (String shape : shapes) {
      assertRefused(
          forged(
              "{\"section\":\"weights\",\"name\":\"w\",\"type\":\"FLOAT\",\"shape\":%s}"
                  .formatted(shape)));
    }
    assertRefused(forged("{\"type\":\"OTHER\",\"shape\":[2147483647]}"));
    assertRefused(forged("{\"type\":\"COMPLEX\",\"shape\":[1]}"));
    assertRefused(forged(""));
  }

  @Test
  void write_ontoFullDisk_leavesNoFileAndKeepsOldOne() throws IOException {
    Path file = folder.resolve("a.ckpt");
    CheckpointFile.write(file, checkpoint(1, 0));
    byte[] before = Files.readAllBytes(file);
    Files.createSymbolicLink(AtomicFile.temporary(folder.resolve("a.ckpt")), Path.of("/dev/full"));
    assertThrows(IOException.class, () -> CheckpointFile.write(file, checkpoint(2, 0)));
    assertArrayEquals(before, Files.readAllBytes(file));
    assertFalse(Files.exists(AtomicFile.temporary(folder.resolve("a.ckpt"))));
  }

  private void assertRefused(byte[] content) throws IOException {
    Path file = folder.resolve("damaged.ckpt");
    Files.write(file, content);
    TrainException refusal = assertThrows(TrainException.class, () -> CheckpointFile.read(file));
    assertTrue(refusal.getMessage().startsWith("damaged.ckpt"), refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count(), refusal.getMessage());
  }

  private byte[] bytes() throws IOException {
    Path file = folder.resolve("whole.ckpt");
    CheckpointFile.write(file, checkpoint(3, 17));
    return Files.readAllBytes(file);
  }

  /** A file whose digest is right and whose tensors are as given. */
  private static byte[] forged(String tensors) throws IOException {
    JsonNode position = Json.MAPPER.valueToTree(checkpoint(0, 0).position());
    JsonNode identity = Json.MAPPER.valueToTree(checkpoint(0, 0).identity());
    byte[] index =
        "{\"position\":%s,\"identity\":%s,\"hook\":{},\"tensors\":[%s]}"
            .formatted(position, identity, tensors)
            .getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write("ESPTENS1".getBytes(StandardCharsets.US_ASCII));
    out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(index.length).array());
    out.write(index);
    out.write(new byte[100]);
    out.write(Digests.sha256().digest(out.toByteArray()));
    return out.toByteArray();
  }

  static Checkpoint checkpoint(int epoch, int step) {
    Map<String, Map<String, Tensor>> sections = new LinkedHashMap<>();
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("z", Tensor.floats(new int[] {2, 2}, 1, -2, 3.5f, Float.MIN_VALUE));
    weights.put("a", Tensor.of(DataType.BFLOAT16, new int[] {3}, 1, 2, 3));
    sections.put("weights", weights);
    sections.put("hook", Map.of("gate", Tensor.floats(new int[0], 0.25f)));
    EpochTotals totals = new EpochTotals(0.1, 5, 4, 3, 1.5, 0.25);
    return new Checkpoint(
        new Checkpoint.Position(epoch, step, totals, 0.05, 99),
        new RunIdentity(TrainOptions.defaults().identity(), "g", "", "d", "hook"),
        sections,
        Json.MAPPER.createObjectNode().put("seen", 3));
  }
}
