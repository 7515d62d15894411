package io.espalier.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Coverage-guided fuzzing of the reader and the writer with Jazzer, in a process of its own
 * (Jazzer's JUnit engine does not know JUnit 6). Ten minutes of it, or as long as {@code
 * fuzz.seconds} says:
 *
 * <pre>
 * mvn -B -pl espalier-graph -am test -Dtest=ReaderFuzzTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dtest.groups=fuzz -Dtest.excludedGroups=none -Dfuzz.seconds=3600
 * </pre>
 *
 * <p>Its log, what it learns and what it finds lie in {@code espalier-graph/target/fuzz}.
 */
@Tag("fuzz")
class ReaderFuzzTest {
  /** Called by Jazzer for every input. */
  public static void fuzzerTestOneInput(byte[] file) {
    try {
      Graph graph = OnnxReader.read(file);
      OnnxReader.read(OnnxWriter.toBytes(graph));
    } catch (OnnxException | GraphException e) {
      if (e.getMessage().contains("\n")) {
        throw new AssertionError("more than one line", e);
      }
    }
  }

  @Test
  void anyBytes_endInANetworkOrInOneLine() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of("target/fuzz").toAbsolutePath());
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx2g",
                    "-XX:+EnableDynamicAgentLoading",
                    "-cp",
                    classPath,
                    "com.code_intelligence.jazzer.Jazzer",
                    "--target_class=" + ReaderFuzzTest.class.getName(),
                    "--instrumentation_includes=io.espalier.**",
                    "-max_total_time=" + System.getProperty("fuzz.seconds", "600"),
                    "-timeout=20",
                    "-max_len=65536",
                    corpus.toString(),
                    Fixtures.FOLDER.toAbsolutePath().toString()))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log.txt").toFile())
            .start();
    assertEquals(0, process.waitFor(), () -> "see " + folder.resolve("log.txt"));
  }
}
