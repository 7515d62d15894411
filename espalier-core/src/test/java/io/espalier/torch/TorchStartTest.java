package io.espalier.torch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TorchStartTest {
  /** Prints the sum of three ones: run in a process of its own. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      try (Scope scope = Scope.open()) {
        System.out.println(DeviceTensor.ones(3).sum().item());
      }
    }
  }

  /** On hosts with a libtorch of their own, a cold start used to mix the two and crash. */
  @Test
  void twoProcesses_onEmptyCache_bothStart() throws Exception {
    Path cache = Files.createTempDirectory(Path.of("target"), "native-cache");
    try {
      String property = "-Dorg.bytedeco.javacpp.cachedir=" + cache;
      List<Process> processes = List.of(start(property), start(property));
      for (Process process : processes) {
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains("3.0"), output);
      }
    } finally {
      delete(cache);
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.delete(file);
    }
  }

  private static Process start(String property) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add(property);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  @Test
  void platform_withoutBuild_isOneClearLine() throws Exception {
    Process process = start("-Dorg.bytedeco.javacpp.platform=linux-arm64");
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(1, process.waitFor(), output);
    assertTrue(
        output.contains(
            "UnsupportedPlatformException: libtorch has no build for linux-arm64 on the class"
                + " path"),
        output);
    assertFalse(output.contains("Caused by"), output);
  }

  @Test
  void threads_belowOne_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> Torch.threads(0));
  }
}
