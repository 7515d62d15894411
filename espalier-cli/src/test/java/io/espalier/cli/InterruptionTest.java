package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process that is asked to end says last. */
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process there cannot be asked to end")
class InterruptionTest {
  private static final String STOPPING = "espalier: stopping after this step";

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"", "--dynamic=sanp"})
  void train_askedToEnd_saysWhereItGoesOn(String more) throws Exception {
    assertSaysWhere(more.isEmpty() ? List.of("train") : List.of("train", more));
  }

  private void assertSaysWhere(List<String> command) throws Exception {
    Path run = temp.resolve("run");
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    words.addAll(command);
    words.add(Samples.network(temp, "net.onnx", 1).toString());
    words.addAll(List.of("--data", "idx:" + Samples.images(temp), "--epochs", "1000000"));
    words.addAll(List.of("--threads", "1", "--batch", "4", "--run", run.toString()));
    words.addAll(List.of("--out", temp.resolve("out.onnx").toString()));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try {
      assertEquals(
          "espalier: stopped: the same command goes on from here (run folder %s)".formatted(run),
          lastLine(process));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Asks the process to end once it trains. */
  private static String lastLine(Process process) throws IOException, InterruptedException {
    List<String> said = new ArrayList<>();
    boolean stopping = false;
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.contains("epoch ") && process.isAlive() && !stopping) {
          process.toHandle().destroy();
        }
        stopping |= line.equals(STOPPING);
        said.add(line);
      }
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertTrue(stopping, said.toString());
    return said.getLast();
  }
}
