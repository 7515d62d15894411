package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path path;

  @Test
  void lock_afterAnInterruptedWrite_deletesWhatItLeft(@TempDir Path left) throws IOException {
    Path half = AtomicFile.temporary(left.resolve("plan-01.json"));
    Files.writeString(half, "{");
    RunFolder.at(left).lock().close();
    assertFalse(Files.exists(half));
  }

  @Test
  void save_again_keepsTheLastTwo() throws IOException {
    RunFolder folder = RunFolder.at(path);
    for (int epoch = 8; epoch < 12; epoch++) {
      folder.save(CheckpointFileTest.checkpoint(epoch, 1));
    }
    assertEquals(2, checkpoints().size());
    assertEquals(11, folder.latest().orElseThrow().position().epoch());
  }

  @Test
  void latest_damaged_fallsBackToTheOneBefore() throws IOException {
    RunFolder folder = RunFolder.at(path);
    folder.save(CheckpointFileTest.checkpoint(1, 0));
    folder.save(CheckpointFileTest.checkpoint(2, 0));
    tear(checkpoints().getLast());
    assertEquals(1, folder.latest().orElseThrow().position().epoch());
    // The damaged file is out of the way: it must not count as one of the two that are kept.
    folder.save(CheckpointFileTest.checkpoint(1, 5));
    assertEquals(2, checkpoints().size());
    assertEquals(5, folder.latest().orElseThrow().position().step());
  }

  @Test
  void latest_allDamaged_saysHowToStartAnew() throws IOException {
    RunFolder folder = RunFolder.at(path);
    folder.save(CheckpointFileTest.checkpoint(1, 0));
    tear(checkpoints().getFirst());
    TrainException refusal = assertThrows(TrainException.class, folder::latest);
    assertTrue(refusal.getMessage().contains("start anew"), refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count());
    assertTrue(folder.hasCheckpoint());
  }

  @Test
  void latest_withoutFolder_isEmpty() {
    assertTrue(RunFolder.at(path.resolve("none")).latest().isEmpty());
    assertFalse(RunFolder.at(path.resolve("none")).hasCheckpoint());
  }

  @Test
  void save_ontoFullDisk_namesTheFileAndKeepsTheOneBefore() throws IOException {
    RunFolder folder = RunFolder.at(path);
    folder.save(CheckpointFileTest.checkpoint(1, 0));
    String name = checkpoints().getFirst().getFileName().toString().replace("00001", "00002");
    Files.createSymbolicLink(AtomicFile.temporary(path.resolve(name)), Path.of("/dev/full"));
    TrainException full =
        assertThrows(TrainException.class, () -> folder.save(CheckpointFileTest.checkpoint(2, 0)));
    assertTrue(full.getMessage().contains("No space left on device"), full.getMessage());
    assertTrue(full.getMessage().contains(name), full.getMessage());
    assertEquals(1, folder.latest().orElseThrow().position().epoch());
  }

  @Test
  void lock_takenTwice_isRefusedUntilItIsClosed() {
    RunFolder folder = RunFolder.at(path.resolve("deep/run"));
    try (RunFolder.Lock lock = folder.lock()) {
      assertThrows(TrainException.class, folder::lock);
    }
    folder.lock().close();
  }

  @Test
  void metrics_cutBack_dropsLaterAndTornLines() throws IOException {
    Metrics metrics = RunFolder.at(path).metrics();
    assertEquals(0, metrics.size());
    metrics.truncate(0);
    metrics.append(line(1));
    long afterFirst = metrics.size();
    metrics.append(line(2));
    long afterSecond = metrics.size();
    append("{\"epoch\":3,\"lo");
    metrics.truncate(Long.MAX_VALUE);
    assertEquals(List.of(line(1), line(2)), metrics.lines());
    metrics.truncate(afterSecond - 3);
    assertEquals(List.of(line(1)), metrics.lines());
    metrics.append(line(2));
    metrics.truncate(afterFirst);
    assertEquals(List.of(line(1)), metrics.lines());
  }

  private static JsonNode line(int epoch) {
    return Json.MAPPER.createObjectNode().put("epoch", epoch);
  }

  private void append(String text) throws IOException {
    Files.writeString(path.resolve("metrics.jsonl"), text, StandardOpenOption.APPEND);
  }

  private static void tear(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(content, content.length / 2));
  }

  private List<Path> checkpoints() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(file -> file.toString().endsWith(".ckpt")).sorted().toList();
    }
  }
}
