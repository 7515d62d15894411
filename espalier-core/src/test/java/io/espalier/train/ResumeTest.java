package io.espalier.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.WatchedDataset;
import io.espalier.progress.Progress;
import io.espalier.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Epochs have 8 steps; before each step, and before each of 2 validation batches, stop is asked.
 */
class ResumeTest {
  private static final TrainOptions OPTIONS = TinyTraining.options().withEpochs(4);

  @TempDir Path path;

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FLOAT32", "BFLOAT16"})
  void run_stoppedAfterTwoEpochs_endsInTheSameBits(Precision precision) throws IOException {
    assertSameBits(OPTIONS.withPrecision(precision), 20);
  }

  /** In an epoch, before its first step, in its validation, and in the test at the end. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 13, 18, 19, 41})
  void run_stoppedAnywhere_endsInTheSameBits(int calls) throws IOException {
    assertSameBits(OPTIONS, calls);
  }

  @Test
  void run_stoppedAgainAndAgain_endsInTheSameBits() throws IOException {
    TrainResult whole = TinyTraining.trainer(OPTIONS).run(folder("whole"));
    TrainResult result = null;
    int runs = 0;
    do {
      result = TinyTraining.trainer(OPTIONS).stopWhen(after(3)).run(folder("parts"));
      runs++;
    } while (!result.complete());
    assertTrue(runs > 8, runs + " runs");
    assertSame(whole, result, "parts");
  }

  @Test
  void progress_ofResumedEpoch_countsWhatWasDone() {
    List<String> heard = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public void resume(String task, long done, long total, String unit) {
            heard.add("%s from %d of %d %s".formatted(task, done, total, unit));
          }

          @Override
          public void advance(long more) {}

          @Override
          public void note(String key, String value) {}

          @Override
          public void end() {}
        };
    TinyTraining.trainer(OPTIONS).stopWhen(after(3)).run(folder("run"));
    TinyTraining.trainer(OPTIONS).progress(progress).stopWhen(after(9)).run(folder("run"));
    int batch = OPTIONS.batchSize();
    assertEquals(
        List.of("epoch 1/4 from %d of %d images".formatted(3 * batch, 8 * batch)),
        heard.stream().filter(task -> task.startsWith("epoch 1")).toList());
    assertTrue(
        heard.contains("epoch 2/4 from 0 of %d images".formatted(8 * batch)), heard.toString());
  }

  @Test
  void thread_interrupted_leavesResumableRunAndKeepsItsFlag() throws IOException {
    TrainResult whole = TinyTraining.trainer(OPTIONS).run(folder("whole"));
    TrainHook interrupting =
        new TrainHook() {
          @Override
          public void afterStep(TrainStep step) {
            if (step.step() == 10) {
              Thread.currentThread().interrupt();
            }
          }
        };
    TrainResult part = TinyTraining.trainer(OPTIONS).hook(interrupting).run(folder("part"));
    assertTrue(Thread.interrupted());
    assertFalse(part.complete());
    assertEquals(1, part.history().size());
    assertSame(whole, TinyTraining.trainer(OPTIONS).run(folder("part")), "part");
  }

  @Test
  void run_withCheckpointAtEveryStep_isTheSame() throws IOException {
    TrainResult whole = TinyTraining.trainer(OPTIONS).run(folder("whole"));
    TrainOptions often = OPTIONS.withCheckpointSeconds(0);
    TinyTraining.trainer(often).stopWhen(after(25)).run(folder("often"));
    assertSame(whole, TinyTraining.trainer(OPTIONS).run(folder("often")), "often");
  }

  @Test
  void checkpoint_damaged_goesOnFromTheOneBefore() throws IOException {
    TrainResult whole = TinyTraining.trainer(OPTIONS).run(folder("whole"));
    TinyTraining.trainer(OPTIONS).stopWhen(after(25)).run(folder("torn"));
    Path newest = checkpoints("torn").getLast();
    Files.write(newest, new byte[] {1, 2, 3}, StandardOpenOption.TRUNCATE_EXISTING);
    Files.writeString(folder("torn").metricsFile(), "{\"kind\":\"epo", StandardOpenOption.APPEND);
    Files.writeString(newest.resolveSibling(newest.getFileName() + ".tmp"), "half");
    assertSame(whole, TinyTraining.trainer(OPTIONS).run(folder("torn")), "torn");
    assertFalse(Files.exists(newest.resolveSibling(newest.getFileName() + ".tmp")));
  }

  @Test
  void folder_ofAnotherRun_isRefusedInOneLine() {
    TinyTraining.trainer(OPTIONS).stopWhen(after(5)).run(folder("run"));
    assertRefused(
        "learningRate 0.1, now 0.05", TinyTraining.trainer(OPTIONS.withLearningRate(0.05)));
    DataSplits data = TinyTraining.splits();
    DataSplits other = new DataSplits(data.test(), data.validation(), data.test());
    assertRefused(
        "other data", Trainer.of(TinyTraining.net(), other, TinyTraining.NORMALIZATION, OPTIONS));
    assertRefused(
        "another network",
        Trainer.of(TinyTraining.netWithTwoOutputs(), data, TinyTraining.NORMALIZATION, OPTIONS));
    assertTrue(TinyTraining.trainer(OPTIONS).run(folder("run")).complete());
  }

  @Test
  void rate_changedWhereThatIsAllowed_goesOnAndIsRecorded() throws IOException {
    TinyTraining.trainer(OPTIONS).stopWhen(after(15)).run(folder("run"));
    Trainer slower = TinyTraining.trainer(OPTIONS.withLearningRate(0.05)).mayChangeRate();
    TrainResult result = slower.run(folder("run"));
    assertTrue(result.complete());
    assertTrue(result.history().get(2).learningRate() < 0.05);
    assertTrue(result.history().getFirst().learningRate() > 0.05);
    String record = Files.readString(folder("run").recordFile());
    assertTrue(record.contains("learningRate 0.1, now 0.05"), record);
    assertRefused("seed 1, now 2", TinyTraining.trainer(OPTIONS.withSeed(2)).mayChangeRate());
  }

  @Test
  void thread_interruptedWhileItWaitsForData_leavesResumableRun() throws IOException {
    TrainResult whole = TinyTraining.trainer(OPTIONS).run(folder("whole"));
    for (boolean validating : new boolean[] {false, true}) {
      String name = "validating " + validating;
      DataSplits data = TinyTraining.splits();
      Dataset train = stalling(data.train(), validating ? -1 : 700);
      Dataset validation = stalling(data.validation(), validating ? 90 : -1);
      TrainResult part =
          Trainer.of(
                  TinyTraining.net(),
                  new DataSplits(train, validation, data.test()),
                  TinyTraining.NORMALIZATION,
                  OPTIONS)
              .run(folder(name));
      assertTrue(Thread.interrupted());
      assertFalse(part.complete());
      assertSame(whole, TinyTraining.trainer(OPTIONS).run(folder(name)), name);
    }
  }

  private void assertRefused(String words, Trainer trainer) {
    TrainException refusal = assertThrows(TrainException.class, () -> trainer.run(folder("run")));
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("start anew"), refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count());
  }

  private void assertSameBits(TrainOptions options, int calls) throws IOException {
    TrainResult whole = TinyTraining.trainer(options).run(folder("whole"));
    TrainResult part = TinyTraining.trainer(options).stopWhen(after(calls)).run(folder("part"));
    assertFalse(part.complete());
    assertSame(whole, TinyTraining.trainer(options).run(folder("part")), "part");
  }

  private void assertSame(TrainResult whole, TrainResult result, String name) throws IOException {
    assertTrue(result.complete());
    assertEquals(Digests.of(whole.graph()), Digests.of(result.graph()));
    assertEquals(whole.test(), result.test());
    assertEquals(
        whole.history().stream().map(ResumeTest::withoutTimes).toList(),
        result.history().stream().map(ResumeTest::withoutTimes).toList());
    assertEquals(5, Files.readAllLines(folder(name).metricsFile()).size());
    assertTrue(checkpoints(name).size() <= 2);
  }

  private static EpochMetrics withoutTimes(EpochMetrics metrics) {
    return new EpochMetrics(
        metrics.epoch(),
        metrics.step(),
        metrics.learningRate(),
        metrics.loss(),
        metrics.trainAccuracy(),
        0,
        0,
        metrics.validation(),
        metrics.figures());
  }

  private RunFolder folder(String name) {
    return RunFolder.at(path.resolve(name));
  }

  private List<Path> checkpoints(String name) throws IOException {
    try (Stream<Path> files = Files.list(path.resolve(name))) {
      return files.filter(file -> file.toString().endsWith(".ckpt")).sorted().toList();
    }
  }

  /** False for {@code calls} calls, then true. */
  private static BooleanSupplier after(int calls) {
    int[] left = {calls};
    return () -> left[0]-- <= 0;
  }

  /**
   * Interrupts the thread that made it when a certain number of images have been read, and stalls.
   */
  private static Dataset stalling(Dataset data, int after) {
    AtomicInteger reads = new AtomicInteger();
    Thread victim = Thread.currentThread();
    return new WatchedDataset(
        data,
        index -> {
          if (reads.getAndIncrement() == after) {
            victim.interrupt();
            stall();
          }
        });
  }

  private static void stall() {
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }
}
