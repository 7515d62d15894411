package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Reads the resident memory of this process, which Linux tells in a file. */
@Tag("long")
@EnabledOnOs(OS.LINUX)
class MemoryTest {
  @TempDir Path path;

  @Test
  void residentMemory_over5000Steps_staysWithin5Percent() {
    // 8 steps an epoch; the first 1,000 steps fill the Java heap and native caches.
    List<Long> kilobytes = new ArrayList<>();
    TrainHook measure =
        new TrainHook() {
          @Override
          public void endOfEpoch(EpochMetrics metrics) {
            if (metrics.step() >= 1000 && metrics.step() % 400 == 0) {
              kilobytes.add(residentKilobytes());
            }
          }
        };
    TrainOptions options = TinyTraining.options().withEpochs(640).withEvaluateEvery(50);
    TinyTraining.trainer(options).hook(measure).run(RunFolder.at(path.resolve("run")));
    long first = kilobytes.getFirst();
    long most = kilobytes.stream().mapToLong(Long::longValue).max().orElseThrow();
    assertTrue(most <= 1.05 * first, "resident KB: " + kilobytes);
  }

  private static long residentKilobytes() {
    try {
      System.gc();
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException problem) {
      throw new IllegalStateException(problem);
    }
  }
}
