package io.espalier.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Full-size networks, each with the golden outputs in an .npz archive beside it; the system
 * property {@code espalier.corpus} names their folder.
 */
@Tag("corpus")
class CorpusTest {
  static List<Path> models() throws IOException {
    Path folder = Path.of(System.getProperty("espalier.corpus"));
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".onnx") && Files.exists(golden(file)))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void network_onLibtorch_givesGoldenOutputs(Path model) throws IOException {
    Goldens.check(model, golden(model), NetOptions.defaults(), 1e-3);
  }

  private static Path golden(Path model) {
    String name = model.getFileName().toString().replaceFirst("(-folded)?\\.onnx$", ".npz");
    return model.resolveSibling(name);
  }
}
