package io.espalier.torch;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published CIFAR-10 networks give their golden logits. */
@Tag("shared")
class SharedModelsTest {
  private static final Path MODELS =
      Path.of(System.getProperty("espalier.shared", "../../shared"), "models");

  @ParameterizedTest
  @CsvSource({
    "resnet20-cifar10-bn, resnet20",
    "resnet20-cifar10-folded, resnet20",
    "resnet56-cifar10-bn, resnet56"
  })
  void publishedNetwork_onLibtorch_givesGoldenLogits(String model, String golden)
      throws IOException {
    Path file = MODELS.resolve(model + ".onnx");
    Path logits = MODELS.resolve(golden + "-cifar10-golden.npz");
    Goldens.check(file, logits, NetOptions.defaults(), 1e-5);
    Goldens.check(file, logits, NetOptions.exact(), 1e-5);
  }
}
