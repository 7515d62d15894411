package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a training process (SIGKILL) at random moments until it is through. */
class KillTest {
  private static final int MOST_DELAY = 300;
  private static final int SLEEP = 4;

  @TempDir Path path;

  @Test
  void training_killedThreeTimes_endsInTheSameBits() throws Exception {
    assertSurvives(3, 30);
  }

  @Test
  @Tag("long")
  void training_killedTwentyTimes_endsInTheSameBits() throws Exception {
    assertSurvives(20, 190);
  }

  /** The sleeps alone must take longer than all delays: epochs * 8 * SLEEP > kills * MOST_DELAY. */
  private void assertSurvives(int kills, int epochs) throws Exception {
    RunFolder whole = RunFolder.at(path.resolve("whole"));
    TrainOptions options = KilledTraining.options(epochs).withCheckpointSeconds(60);
    String expected = Digests.of(TinyTraining.trainer(options).run(whole).graph());
    RunFolder killed = RunFolder.at(path.resolve("killed"));
    SplittableRandom random = new SplittableRandom(kills);
    for (int i = 0; i < kills; i++) {
      kill(start(killed, epochs), random.nextInt(MOST_DELAY));
      assertFalse(Files.exists(killed.path().resolve("digest.txt")));
    }
    Process last = start(killed, epochs);
    last.getInputStream().transferTo(OutputStream.nullOutputStream());
    assertEquals(0, last.waitFor());
    assertEquals(expected, Files.readString(killed.path().resolve("digest.txt")));
    assertEquals(epochNumbers(epochs), epochNumbers(killed));
  }

  private static void kill(Process process, int delayMillis) throws Exception {
    try (BufferedReader output = process.inputReader()) {
      assertEquals("training", output.readLine());
      Thread.sleep(delayMillis);
      process.destroyForcibly();
      assertNotEquals(0, process.waitFor());
    }
  }

  private static Process start(RunFolder folder, int epochs) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m"));
    command.add("-Dorg.bytedeco.javacpp.maxphysicalbytes=0");
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(KilledTraining.class.getName());
    command.addAll(List.of(folder.path().toString(), "" + epochs, "" + SLEEP));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static List<Integer> epochNumbers(int epochs) {
    return IntStream.rangeClosed(1, epochs).boxed().toList();
  }

  private static List<Integer> epochNumbers(RunFolder folder) throws IOException {
    return folder.metrics().lines().stream()
        .filter(EpochMetrics::isEpoch)
        .map(line -> line.path("epoch").asInt())
        .toList();
  }
}
