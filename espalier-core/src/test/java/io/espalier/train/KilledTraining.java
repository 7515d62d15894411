package io.espalier.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The program that {@link KillTest} kills. It says "training" after its first step and writes the
 * digest of the trained network beside the run's folder.
 */
final class KilledTraining {
  private KilledTraining() {}

  /** Takes the run's folder, the number of epochs, and the time that each step is stretched by. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    TrainOptions options = options(Integer.parseInt(arguments[1]));
    TrainResult result =
        TinyTraining.trainer(options)
            .hook(new Slow(Long.parseLong(arguments[2])))
            .run(RunFolder.at(folder));
    Files.writeString(folder.resolve("digest.txt"), Digests.of(result.graph()));
  }

  /** Checkpoints at every step, so that many a kill comes while one is written. */
  static TrainOptions options(int epochs) {
    return TinyTraining.options().withEpochs(epochs).withCheckpointSeconds(0);
  }

  /** Sleeps, so that no machine is done before it is killed. */
  private static final class Slow implements TrainHook {
    private final long millis;
    private boolean announced;

    private Slow(long millis) {
      this.millis = millis;
    }

    @Override
    public void afterStep(TrainStep step) {
      if (!announced) {
        announced = true;
        System.out.println("training");
      }
      try {
        Thread.sleep(millis);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
