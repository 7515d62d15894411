package io.espalier.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real exporters' files: what PyTorch computed is what libtorch computes from the file. */
class FixtureGoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/fixtures");

  /** Their shape arithmetic cannot be worked out while an axis of the input is free. */
  private static final Set<String> SHAPE_DEPENDENT = Set.of("fully_conv.onnx", "vit.onnx");

  static List<String> models() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".onnx"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void fixture_onLibtorch_givesGoldenOutputs(String model) throws IOException {
    check(model, NetOptions.defaults());
  }

  @ParameterizedTest
  @MethodSource("models")
  void fixture_inDouble_givesGoldenOutputs(String model) throws IOException {
    check(model, NetOptions.exact());
  }

  private static void check(String model, NetOptions options) throws IOException {
    Path file = FOLDER.resolve(model);
    if (SHAPE_DEPENDENT.contains(model)) {
      Goldens.checkAtFixedShape(file, golden(model), options, tolerance(model));
    } else {
      Goldens.check(file, golden(model), options, tolerance(model));
    }
  }

  private static Path golden(String model) {
    return FOLDER.resolve(model.replaceFirst("(-folded)?\\.onnx$", ".npz"));
  }

  /** The goldens of half_all are rounded on the way; its README says so. */
  private static double tolerance(String model) {
    return model.startsWith("half_all") ? 1e-2 : 1e-4;
  }
}
